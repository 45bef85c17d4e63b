-- A concern that somebody looks into is open again once they can no longer see it: that is a step of its history, too.
-- The columns and checks are those of before, with one word more.
CREATE TABLE concern_step_of_now (
  concern_id {id} NOT NULL REFERENCES concern (id),
  place {int} NOT NULL,
  step TEXT NOT NULL CHECK (step IN ('raised', 'escalated', 'acknowledged', 'reopened', 'closed')),
  by_id {id} REFERENCES account (id), -- none: time has passed; of 'reopened' whoever had looked into it
  at {time} NOT NULL,
  sealed_words {bytes},
  PRIMARY KEY (concern_id, place),
  CHECK ((step = 'closed') = (sealed_words IS NOT NULL))
){without_rowid};
INSERT INTO concern_step_of_now (concern_id, place, step, by_id, at, sealed_words)
  SELECT concern_id, place, step, by_id, at, sealed_words FROM concern_step;
DROP TABLE concern_step;
ALTER TABLE concern_step_of_now RENAME TO concern_step;
CREATE INDEX concern_looked_into ON concern (id) WHERE acknowledged_at IS NOT NULL AND closed_at IS NULL;
