-- Who agreed to what, and withdrew it. Nothing here is ever changed: the latest row of a purpose holds.
CREATE TABLE consent (
  id {id} PRIMARY KEY NOT NULL,
  person_id {id} NOT NULL REFERENCES account (id),
  purpose TEXT NOT NULL,
  place {int} NOT NULL, -- from 1, of this person's decisions about the purpose
  episode_id {id} REFERENCES episode_of_care (id), -- none: for all that the person does here
  version TEXT NOT NULL,
  language TEXT NOT NULL,
  text_digest {bytes} NOT NULL, -- of the words that were read
  given {int} NOT NULL CHECK (given IN (0, 1)),
  by_id {id} NOT NULL REFERENCES account (id), -- the person, or who wrote it down for them
  sealed_note {bytes},
  at {time} NOT NULL,
  UNIQUE (person_id, purpose, place)
){strict};
