-- What a therapist says of themselves to clients who choose: sealed under the therapist's key. How many clients they take
-- stands beside it, so that of two who choose at once only one gets the last place.
CREATE TABLE therapist_profile (
  therapist_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  revision {int} NOT NULL,
  capacity {int} NOT NULL CHECK (capacity >= 0),
  sealed_profile {bytes} NOT NULL,
  changed_at {time} NOT NULL
){strict};

-- What a client wishes for in the work. No row is ever changed; the latest holds.
CREATE TABLE client_preference (
  client_id {id} NOT NULL REFERENCES account (id),
  version {int} NOT NULL, -- from 1
  at {time} NOT NULL,
  sealed_wishes {bytes} NOT NULL,
  PRIMARY KEY (client_id, version)
){without_rowid};

-- Clients who came without a therapist: whether they asked for somebody to be chosen for them, and when that ended.
CREATE TABLE therapist_search (
  client_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  practice_id {id} NOT NULL REFERENCES practice (id),
  began_at {time} NOT NULL,
  asked_at {time},
  ended_at {time},
  therapist_id {id} REFERENCES account (id), -- with whom the work began
  assigned_by {id} REFERENCES account (id) -- none: the client chose
){strict};
CREATE INDEX therapist_search_open ON therapist_search (practice_id, began_at) WHERE ended_at IS NULL;

-- Pairs that have just begun, of whom the first contact is watched.
CREATE INDEX episode_of_care_begun ON episode_of_care (practice_id, opened_at)
  WHERE closed_at IS NULL AND locked_at IS NULL;
CREATE INDEX hand_over_done ON hand_over (practice_id, done_at) WHERE done_at IS NOT NULL;
CREATE INDEX room_event_of_room_at ON room_event (room_id, at);
