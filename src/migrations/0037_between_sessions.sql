-- What the two of an episode keep between sessions. What people wrote is sealed; who, when and how far is in clear.

-- A goal. Who proposed it last; its state is that of its last step.
CREATE TABLE goal (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  proposed_by {id} NOT NULL REFERENCES account (id),
  proposed_at {time} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'reached', 'set_aside')),
  sealed_words {bytes} NOT NULL
){strict};
CREATE INDEX goal_of_episode ON goal (episode_id, proposed_at);
CREATE INDEX goal_of_client ON goal (client_id);
CREATE TABLE goal_step (
  goal_id {id} NOT NULL REFERENCES goal (id),
  place {int} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'active', 'reached', 'set_aside')), -- into which it came
  by_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  PRIMARY KEY (goal_id, place)
){without_rowid};
-- How far the client sees themselves; each a row that stays.
CREATE TABLE goal_rating (
  id {id} PRIMARY KEY NOT NULL,
  goal_id {id} NOT NULL REFERENCES goal (id),
  at {time} NOT NULL,
  sealed_rating {bytes} NOT NULL
){strict};
CREATE INDEX goal_rating_of_goal ON goal_rating (goal_id, at);

-- How the two want to work. The latest that is agreed holds; at most one waits for the other.
CREATE TABLE approach (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  proposed_by {id} NOT NULL REFERENCES account (id),
  proposed_at {time} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('proposed', 'agreed', 'declined', 'replaced')),
  answered_by {id} REFERENCES account (id),
  answered_at {time},
  sealed_choice {bytes} NOT NULL
){strict};
CREATE INDEX approach_of_episode ON approach (episode_id, proposed_at);
CREATE INDEX approach_of_client ON approach (client_id);

CREATE TABLE homework (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('task', 'diary', 'thought_record', 'activity_plan')),
  given_by {id} NOT NULL REFERENCES account (id),
  given_at {time} NOT NULL,
  due_at {time},
  state TEXT NOT NULL CHECK (state IN ('open', 'done', 'partly', 'not_done', 'taken_back')),
  state_at {time} NOT NULL,
  reminds {int} NOT NULL, -- 1: the client wants to be reminded
  reminded_at {time},
  sealed_task {bytes} NOT NULL
){strict};
CREATE INDEX homework_of_episode ON homework (episode_id, given_at);
CREATE INDEX homework_of_client ON homework (client_id);
CREATE INDEX homework_to_remind ON homework (due_at) WHERE reminds = 1 AND state = 'open' AND reminded_at IS NULL;
CREATE TABLE homework_entry (
  id {id} PRIMARY KEY NOT NULL,
  homework_id {id} NOT NULL REFERENCES homework (id),
  begun_at {time} NOT NULL,
  saved_at {time} NOT NULL,
  revision {int} NOT NULL, -- grows with each save
  shared_at {time}, -- none: the client's alone
  sealed_content {bytes} NOT NULL
){strict};
CREATE INDEX homework_entry_of_homework ON homework_entry (homework_id, begun_at);

-- What went well, how a day was, and what the therapist noticed.
CREATE TABLE achievement (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('achievement', 'mood', 'noticed')),
  by_id {id} NOT NULL REFERENCES account (id),
  happened_at {time} NOT NULL,
  written_at {time} NOT NULL,
  shared_at {time}, -- none: the client's alone
  sealed_words {bytes} NOT NULL
){strict};
CREATE INDEX achievement_of_episode ON achievement (episode_id, happened_at);
CREATE INDEX achievement_of_client ON achievement (client_id);
