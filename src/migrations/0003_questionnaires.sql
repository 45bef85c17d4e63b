-- Forms: what a client was asked to fill in, and what they sent. Answers and scores are sealed under the client's key.
CREATE TABLE questionnaire_response (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  instrument TEXT NOT NULL,
  occasion TEXT NOT NULL CHECK (occasion IN ('before_session', 'after_session', 'on_request')),
  asked_at {time} NOT NULL,
  asked_by {id} NOT NULL REFERENCES account (id),
  due_at {time},
  items_allowed {int} NOT NULL,
  revision {int} NOT NULL,
  sealed_draft {bytes},
  version {int} NOT NULL,
  completed_at {time}
){strict};
CREATE INDEX questionnaire_response_of_episode ON questionnaire_response (episode_id, asked_at);

-- What was sent; a correction adds a row, and none is ever changed. `revision`: which state of the answers it was.
CREATE TABLE questionnaire_response_version (
  response_id {id} NOT NULL REFERENCES questionnaire_response (id),
  version {int} NOT NULL,
  revision {int} NOT NULL,
  completed_at {time} NOT NULL,
  sealed_answers {bytes} NOT NULL,
  sealed_scores {bytes} NOT NULL,
  PRIMARY KEY (response_id, version)
){without_rowid};
