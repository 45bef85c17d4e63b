-- An announced absence of a therapist. It opens the therapist's episodes to the deputy from its beginning to its end,
-- and only once the deputy has agreed: see access/who_treats.hpp.
CREATE TABLE absence (
  id {id} PRIMARY KEY,
  practice_id {id} NOT NULL REFERENCES practice (id),
  therapist_id {id} NOT NULL REFERENCES account (id),
  deputy_id {id} NOT NULL REFERENCES account (id),
  starts_at {time} NOT NULL,
  ends_at {time} NOT NULL, -- earlier than announced when it was ended early; the beginning itself when it was called off
  announced_by {id} NOT NULL REFERENCES account (id),
  announced_at {time} NOT NULL,
  agreed_at {time},
  declined_at {time} -- the deputy said no, or took the yes back
){strict};
CREATE INDEX absence_of_therapist ON absence (therapist_id, ends_at);
CREATE INDEX absence_of_deputy ON absence (deputy_id, ends_at);
