-- People, who works with whom, the rooms in which they write, and who looked at what.
-- Every text that a person wrote is in a column named sealed_…: ciphertext under the client's key.
CREATE TABLE practice (
  id {id} PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  synthetic {int} NOT NULL,
  created_at {time} NOT NULL
){strict};

CREATE TABLE account (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  role TEXT NOT NULL,
  login_digest {bytes} NOT NULL UNIQUE,
  password_hash TEXT NOT NULL,
  sealed_profile {bytes} NOT NULL,
  created_at {time} NOT NULL,
  closed_at {time},
  made_up {int} NOT NULL DEFAULT 0 -- of the demo: its password is published
){strict};

CREATE TABLE login_session (
  id {id} PRIMARY KEY NOT NULL,
  account_id {id} NOT NULL REFERENCES account (id),
  token_digest {bytes} NOT NULL UNIQUE,
  created_at {time} NOT NULL,
  seen_at {time} NOT NULL,
  ends_at {time} NOT NULL
){strict};
CREATE INDEX login_session_of_account ON login_session (account_id);

-- One client and one therapist; the deputy stands in during announced absence, the neutral person hears concerns.
CREATE TABLE episode_of_care (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  client_id {id} NOT NULL REFERENCES account (id),
  therapist_id {id} NOT NULL REFERENCES account (id),
  deputy_id {id} REFERENCES account (id),
  neutral_id {id} REFERENCES account (id),
  opened_at {time} NOT NULL,
  closed_at {time},
  reply_hours {int},
  reply_hours_proposed {int}
){strict};
CREATE INDEX episode_of_client ON episode_of_care (client_id);
CREATE INDEX episode_of_therapist ON episode_of_care (therapist_id);

CREATE TABLE room (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('chat', 'thread')),
  sealed_subject {bytes},
  last_seq {int} NOT NULL,
  created_at {time} NOT NULL,
  created_by {id} NOT NULL REFERENCES account (id)
){strict};
CREATE INDEX room_of_episode ON room (episode_id);

-- The log of a room. A message is its event: one row, one insert, one order.
CREATE TABLE room_event (
  room_id {id} NOT NULL REFERENCES room (id),
  seq {int} NOT NULL,
  kind TEXT NOT NULL,
  message_id {id} NOT NULL UNIQUE,
  author_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  sealed_text {bytes} NOT NULL,
  PRIMARY KEY (room_id, seq)
){without_rowid};

CREATE TABLE room_receipt (
  room_id {id} NOT NULL REFERENCES room (id),
  account_id {id} NOT NULL REFERENCES account (id),
  delivered_seq {int} NOT NULL,
  read_seq {int} NOT NULL,
  PRIMARY KEY (room_id, account_id)
){without_rowid};

-- One unfinished text per author and place; the place is a room, or an episode for a thread not yet begun.
CREATE TABLE draft (
  author_id {id} NOT NULL REFERENCES account (id),
  place_id {id} NOT NULL,
  client_id {id} NOT NULL REFERENCES account (id),
  sealed_subject {bytes} NOT NULL,
  sealed_text {bytes} NOT NULL,
  updated_at {time} NOT NULL,
  PRIMARY KEY (author_id, place_id)
){without_rowid};

CREATE TABLE audit (
  id {id} PRIMARY KEY NOT NULL,
  at {time} NOT NULL,
  viewer_id {id},
  role TEXT NOT NULL,
  action TEXT NOT NULL,
  client_id {id},
  room_id {id},
  view_name TEXT,
  count {int} NOT NULL,
  outcome TEXT NOT NULL,
  origin TEXT
){strict};
CREATE INDEX audit_of_client ON audit (client_id, at);
