-- Signals: where the course of an episode asks for a look, what it stands on, and what was done about it.
-- Which rule found it is in clear, as which form it stands on is; the sentence and its numbers are sealed.
CREATE TABLE signal (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  rule TEXT NOT NULL,
  version TEXT NOT NULL, -- of the rule
  kind TEXT NOT NULL,
  level TEXT NOT NULL CHECK (level IN ('info', 'look', 'act')),
  basis TEXT NOT NULL, -- what it stands on: a form, a session without one, a moment; the same is told once
  instrument TEXT, -- none: it is not about a form
  response_id {id} REFERENCES questionnaire_response (id),
  session {int},
  at {time} NOT NULL, -- when that came
  found_at {time} NOT NULL,
  is_private {int} NOT NULL, -- 1: stands on answers that the client alone lets the therapist see; counted nowhere
  holds {int} NOT NULL, -- 0: what it stood on was corrected, or is over
  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'deferred', 'history')),
  outcome TEXT CHECK (outcome IN ('discussed', 'acted', 'deferred', 'false_alarm')), -- the latest
  answered_at {time},
  deferred_until {time},
  follow_up TEXT CHECK (follow_up IN ('next_session', 'date')), -- that is still to come
  follow_up_at {time}, -- none with 'next_session': it has not begun
  sealed_body {bytes} NOT NULL,
  UNIQUE (episode_id, rule, basis)
){strict};
CREATE INDEX signal_waiting ON signal (episode_id)
  WHERE state IN ('open', 'deferred') AND holds = 1 AND is_private = 0;
CREATE INDEX signal_following ON signal (episode_id) WHERE follow_up_at IS NOT NULL;
CREATE INDEX signal_of_client ON signal (client_id);
CREATE INDEX signal_of_form ON signal (response_id);

-- What a therapist did about it, each a row that stays; and what came of that, once somebody has looked again.
CREATE TABLE signal_outcome (
  id {id} PRIMARY KEY NOT NULL,
  signal_id {id} NOT NULL REFERENCES signal (id),
  place {int} NOT NULL,
  by_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  outcome TEXT NOT NULL CHECK (outcome IN ('discussed', 'acted', 'deferred', 'false_alarm')),
  deferred_until {time},
  follow_up TEXT CHECK (follow_up IN ('next_session', 'date')),
  follow_up_at {time},
  sealed_note {bytes},
  result TEXT CHECK (result IN ('better', 'same', 'worse', 'unknown')),
  result_by {id} REFERENCES account (id),
  result_at {time},
  sealed_result_note {bytes},
  UNIQUE (signal_id, place)
){strict};

-- When each episode is to be looked through next. Whatever changes its course sets it to now, in the same transaction:
-- so nothing is lost when the program stops in between. `revision` grows with each, so that a look which began before
-- does not count for what came meanwhile.
CREATE TABLE signal_look (
  episode_id {id} PRIMARY KEY NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  due_at {time} NOT NULL,
  revision {int} NOT NULL
){without_rowid};
CREATE INDEX signal_look_due ON signal_look (due_at);
INSERT INTO signal_look (episode_id, client_id, due_at, revision)
  SELECT id, client_id, opened_at, 0 FROM episode_of_care WHERE closed_at IS NULL AND locked_at IS NULL;
