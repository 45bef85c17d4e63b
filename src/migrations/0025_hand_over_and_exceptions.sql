-- Handing a treatment over to another therapist, now or at a stated moment. What was written goes along; who had the
-- treatment before is read here.
CREATE TABLE hand_over (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  from_id {id} NOT NULL REFERENCES account (id),
  to_id {id} NOT NULL REFERENCES account (id),
  sessions TEXT NOT NULL CHECK (sessions IN ('keep', 'cancel')), -- those that are planned
  asked_by {id} NOT NULL REFERENCES account (id),
  asked_at {time} NOT NULL,
  due_at {time} NOT NULL,
  done_at {time},
  called_off_at {time}
){strict};
CREATE INDEX hand_over_of_episode ON hand_over (episode_id, due_at);
CREATE INDEX hand_over_of_client ON hand_over (client_id);
CREATE UNIQUE INDEX hand_over_planned ON hand_over (episode_id) WHERE done_at IS NULL AND called_off_at IS NULL;
CREATE INDEX hand_over_due ON hand_over (due_at) WHERE done_at IS NULL AND called_off_at IS NULL;

-- Of a therapist whose account is closed the deputy goes on with the clients: see access/who_treats.hpp.
CREATE INDEX account_of_deputy ON account (deputy_id);

-- A locked record that somebody reads by exception: asked for by one person, confirmed by another, and over by itself.
CREATE TABLE record_exception (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  client_id {id} NOT NULL REFERENCES account (id),
  asked_by {id} NOT NULL REFERENCES account (id),
  asked_at {time} NOT NULL,
  sealed_reason {bytes} NOT NULL,
  decided_by {id} REFERENCES account (id),
  decided_at {time},
  ends_at {time} -- of one that was confirmed
){strict};
CREATE INDEX record_exception_of_client ON record_exception (client_id);
CREATE INDEX record_exception_of_asker ON record_exception (asked_by, asked_at);
