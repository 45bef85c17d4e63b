-- What the forms of an episode come to, sealed, so that a list of many clients opens one thing for each of them. Whatever
-- is sent empties it, and it is reckoned when it is looked at next. When a threshold in an instrument's file changes, a
-- migration has to empty all of them.
CREATE TABLE form_trend (
  episode_id {id} PRIMARY KEY NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  sent {int} NOT NULL, -- how often something was, so that nothing reckoned before it is kept after it
  sealed_trend {bytes}
){without_rowid};
INSERT INTO form_trend (episode_id, client_id, sent)
  SELECT episode_id, client_id, COUNT(*) FROM questionnaire_response WHERE version > 0 GROUP BY episode_id, client_id;

-- Forms that wait for their answers, and those of one kind in the order in which they were sent.
CREATE INDEX questionnaire_response_waiting ON questionnaire_response (episode_id, due_at) WHERE version = 0;
CREATE INDEX questionnaire_response_sent ON questionnaire_response (episode_id, instrument, completed_at)
  WHERE version > 0;
