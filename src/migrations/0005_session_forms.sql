-- Which session a form belongs to (FHIR: QuestionnaireResponse.encounter), and the forms that go with every session.
ALTER TABLE questionnaire_response ADD COLUMN encounter_id {id} REFERENCES encounter (id);
CREATE INDEX questionnaire_response_of_encounter ON questionnaire_response (encounter_id);

-- What the therapist chose for an episode; without a row it is the practice's usual forms. Ids with commas between.
CREATE TABLE session_form_choice (
  episode_id {id} PRIMARY KEY NOT NULL REFERENCES episode_of_care (id),
  before_session TEXT NOT NULL,
  after_session TEXT NOT NULL,
  chosen_at {time} NOT NULL
){without_rowid};

-- That the forms of a session were asked for, so that they are asked for once.
CREATE TABLE session_form_round (
  encounter_id {id} NOT NULL REFERENCES encounter (id),
  occasion TEXT NOT NULL CHECK (occasion IN ('before_session', 'after_session')),
  asked_at {time} NOT NULL,
  PRIMARY KEY (encounter_id, occasion)
){without_rowid};

-- The planned sessions that are near.
CREATE INDEX encounter_planned ON encounter (starts_at) WHERE status = 'planned';
