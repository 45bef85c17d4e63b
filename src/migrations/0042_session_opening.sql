-- How a session opens. What people wrote or chose is sealed, where they are included; who and when is in clear.

-- What a client says before a session. Of a session without a row nothing was asked or written.
CREATE TABLE check_in (
  encounter_id {id} PRIMARY KEY NOT NULL REFERENCES encounter (id),
  client_id {id} NOT NULL REFERENCES account (id),
  asked_at {time}, -- when the client was invited to it
  reminds {int} NOT NULL, -- 1: the client wants to be reminded
  reminded_at {time},
  revision {int} NOT NULL, -- grows with each save and each sending
  draft_at {time},
  sealed_draft {bytes}, -- the client's alone; none once it was sent
  version {int} NOT NULL, -- of what was sent last; 0: nothing was
  sent_at {time}
){strict};
CREATE INDEX check_in_of_client ON check_in (client_id);
CREATE TABLE check_in_version (
  encounter_id {id} NOT NULL REFERENCES check_in (encounter_id),
  version {int} NOT NULL, -- from 1
  client_id {id} NOT NULL REFERENCES account (id),
  sent_at {time} NOT NULL,
  sealed_answers {bytes} NOT NULL,
  PRIMARY KEY (encounter_id, version)
){without_rowid};
CREATE INDEX check_in_version_of_client ON check_in_version (client_id);

-- Where a client is during a session, and how to reach them. Erased by itself after a while.
CREATE TABLE safety_gate (
  encounter_id {id} PRIMARY KEY NOT NULL REFERENCES encounter (id),
  client_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  sealed_answers {bytes}, -- none: the client went on without
  skipped_at {time} -- when it was asked again and the client went on without: what was answered before stays
){strict};
CREATE INDEX safety_gate_of_client ON safety_gate (client_id);
CREATE INDEX safety_gate_at ON safety_gate (at);
-- Where a client usually is, when they want it to be offered to them.
CREATE TABLE usual_place (
  client_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  saved_at {time} NOT NULL,
  sealed_place {bytes} NOT NULL
){strict};
