-- Encounters: what people call a session. Planned, held and past meetings of the two people of an episode, what they
-- mean to talk about, and what the therapist notes for themselves.
CREATE TABLE encounter (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  status TEXT NOT NULL CHECK (status IN ('planned', 'open', 'closed', 'cancelled')),
  channel TEXT NOT NULL,
  starts_at {time} NOT NULL,
  minutes {int} NOT NULL,
  zone TEXT NOT NULL,
  planned_by {id} NOT NULL REFERENCES account (id),
  planned_at {time} NOT NULL,
  number {int},
  began_at {time},
  ended_at {time}
){strict};
CREATE INDEX encounter_of_episode ON encounter (episode_id, status);
CREATE UNIQUE INDEX encounter_number ON encounter (episode_id, number);
CREATE UNIQUE INDEX encounter_open ON encounter (episode_id) WHERE status = 'open';

-- Which way of talking was used when; the last one of an open encounter has no end yet.
CREATE TABLE encounter_channel (
  encounter_id {id} NOT NULL REFERENCES encounter (id),
  place {int} NOT NULL,
  channel TEXT NOT NULL,
  from_at {time} NOT NULL,
  until_at {time},
  PRIMARY KEY (encounter_id, place)
){without_rowid};

CREATE TABLE encounter_agenda (
  id {id} PRIMARY KEY NOT NULL,
  encounter_id {id} NOT NULL REFERENCES encounter (id),
  author_id {id} NOT NULL REFERENCES account (id),
  place {int} NOT NULL,
  done {int} NOT NULL,
  sealed_text {bytes} NOT NULL,
  written_at {time} NOT NULL
){strict};
CREATE INDEX agenda_of_encounter ON encounter_agenda (encounter_id, place);

-- For the therapist alone. A version is what was written in one sitting; an earlier one is never changed again.
CREATE TABLE encounter_note (
  encounter_id {id} NOT NULL REFERENCES encounter (id),
  version {int} NOT NULL,
  sitting_id {id} NOT NULL,
  client_id {id} NOT NULL REFERENCES account (id),
  author_id {id} NOT NULL REFERENCES account (id),
  sealed_sections {bytes} NOT NULL,
  begun_at {time} NOT NULL,
  saved_at {time} NOT NULL,
  PRIMARY KEY (encounter_id, version)
){without_rowid};
