-- Concerns: answers for a person to look at, who is told of them, and what was done about them.
ALTER TABLE account ADD COLUMN supervisor_id {id} REFERENCES account (id); -- told when a therapist has not looked in time
CREATE INDEX account_of_supervisor ON account (supervisor_id);
CREATE INDEX episode_of_deputy ON episode_of_care (deputy_id);
CREATE INDEX episode_of_neutral ON episode_of_care (neutral_id);

-- One for each version of a form that calls for one. What was answered stays in the form, sealed. A 'rift' is for the
-- neutral person alone.
CREATE TABLE concern (
  id {id} PRIMARY KEY NOT NULL,
  response_id {id} NOT NULL REFERENCES questionnaire_response (id),
  version {int} NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL CHECK (kind IN ('safety', 'unanswered', 'rift')),
  raised_at {time} NOT NULL,
  acknowledge_by {time}, -- none: no clock runs
  escalated_at {time},
  acknowledged_at {time},
  closed_at {time},
  UNIQUE (response_id, version)
){strict};
CREATE INDEX concern_of_episode ON concern (episode_id);
CREATE INDEX concern_due ON concern (acknowledge_by)
  WHERE acknowledged_at IS NULL AND escalated_at IS NULL AND acknowledge_by IS NOT NULL;

-- Its history. Nothing is closed without words of what was done.
CREATE TABLE concern_step (
  concern_id {id} NOT NULL REFERENCES concern (id),
  place {int} NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('raised', 'escalated', 'acknowledged', 'closed')),
  by_id {id} REFERENCES account (id), -- none: time has passed
  at {time} NOT NULL,
  sealed_words {bytes},
  PRIMARY KEY (concern_id, place),
  CHECK ((step = 'closed') = (sealed_words IS NOT NULL))
){without_rowid};
