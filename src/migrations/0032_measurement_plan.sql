-- What is asked of whom and when, for each episode: goes on from the forms around every session. Ids with commas between;
-- in every_weeks each with the number of weeks behind a colon.
ALTER TABLE session_form_choice RENAME TO measurement_plan;
ALTER TABLE measurement_plan ADD COLUMN at_start TEXT NOT NULL DEFAULT '';
ALTER TABLE measurement_plan ADD COLUMN every_weeks TEXT NOT NULL DEFAULT '';
ALTER TABLE measurement_plan ADD COLUMN at_end TEXT NOT NULL DEFAULT '';
-- Since when the therapist says that the end is near.
ALTER TABLE measurement_plan ADD COLUMN end_near_at {time};

-- What goes by the calendar and not by a session: when it was asked for last, and when it is next; NULL: no more.
CREATE TABLE measurement_due (
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  moment TEXT NOT NULL CHECK (moment IN ('at_start', 'every_weeks', 'at_end')),
  instrument TEXT NOT NULL,
  weeks {int} NOT NULL,
  asked_at {time},
  next_at {time},
  PRIMARY KEY (episode_id, moment, instrument)
){without_rowid};
CREATE INDEX measurement_due_next ON measurement_due (next_at) WHERE next_at IS NOT NULL;

-- Who fills a form in; which part of the plan it comes from where that is no session; when it was missed, for what was
-- to be sent before a session that went by without it; and when the client was reminded, or was not to be.
ALTER TABLE questionnaire_response ADD COLUMN respondent TEXT NOT NULL DEFAULT 'client'
  CHECK (respondent IN ('client', 'therapist'));
ALTER TABLE questionnaire_response ADD COLUMN moment TEXT CHECK (moment IN ('at_start', 'every_weeks', 'at_end'));
ALTER TABLE questionnaire_response ADD COLUMN missed_at {time};
ALTER TABLE questionnaire_response ADD COLUMN reminded_at {time};
CREATE INDEX questionnaire_response_to_remind ON questionnaire_response (due_at)
  WHERE version = 0 AND reminded_at IS NULL;

-- Questionnaires of which the client shows the therapist single answers from the beginning.
CREATE TABLE items_shown (
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  instrument TEXT NOT NULL,
  PRIMARY KEY (episode_id, instrument)
){without_rowid};

-- Clients who do not want to be reminded of forms.
CREATE TABLE form_reminder_off (
  episode_id {id} PRIMARY KEY NOT NULL REFERENCES episode_of_care (id),
  since {time} NOT NULL
){without_rowid};

-- How often the two meet, by when they first do, and what was said about the time between. No row is ever changed.
CREATE TABLE care_agreement (
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  number {int} NOT NULL,
  client_id {id} NOT NULL REFERENCES account (id),
  decided_at {time} NOT NULL,
  decided_by {id} NOT NULL REFERENCES account (id),
  sealed_agreement {bytes} NOT NULL,
  PRIMARY KEY (episode_id, number)
){without_rowid};
