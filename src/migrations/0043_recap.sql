-- What the two take with them from a session. What is in it is sealed; who, when and how far it has come is in clear.
CREATE TABLE recap (
  id {id} PRIMARY KEY NOT NULL,
  encounter_id {id} NOT NULL UNIQUE REFERENCES encounter (id),
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  number {int} NOT NULL, -- of the session, and when it began
  held_at {time} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('drafted', 'proposed', 'confirmed')),
  revision {int} NOT NULL, -- grows with each save
  versions {int} NOT NULL, -- so many were confirmed
  changed_by {id} NOT NULL REFERENCES account (id),
  changed_at {time} NOT NULL,
  state_by {id} NOT NULL REFERENCES account (id),
  state_at {time} NOT NULL,
  sealed_content {bytes} NOT NULL -- as it stands now
){strict};
CREATE INDEX recap_of_client ON recap (client_id, held_at);
CREATE INDEX recap_of_episode ON recap (episode_id, held_at);

-- Each save and each step under the id that the sender made for it: sent twice, it is done once.
CREATE TABLE recap_step (
  id {id} PRIMARY KEY NOT NULL,
  recap_id {id} NOT NULL REFERENCES recap (id),
  place {int} NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('save', 'propose', 'confirm', 'send_back')),
  revision {int} NOT NULL,
  by_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  sealed_words {bytes}, -- what is not right about it, in the words of whoever sent it back
  UNIQUE (recap_id, place)
){strict};

-- What the client confirmed, each as it was then; they stay.
CREATE TABLE recap_version (
  id {id} PRIMARY KEY NOT NULL, -- of the step that confirmed it
  recap_id {id} NOT NULL REFERENCES recap (id),
  version {int} NOT NULL,
  confirmed_at {time} NOT NULL,
  sealed_content {bytes} NOT NULL,
  UNIQUE (recap_id, version)
){strict};

-- What the client would say of a session or have different next time, to the therapist of then alone.
CREATE TABLE session_feedback (
  id {id} PRIMARY KEY NOT NULL,
  encounter_id {id} NOT NULL UNIQUE REFERENCES encounter (id),
  client_id {id} NOT NULL REFERENCES account (id),
  to_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  sealed_words {bytes} NOT NULL
){strict};
CREATE INDEX session_feedback_of_client ON session_feedback (client_id);
