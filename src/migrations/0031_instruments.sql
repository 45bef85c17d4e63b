-- Questionnaires beside those of the program, and what was ever asked: a form is shown, answered and scored by the version
-- that it was asked with, also after the program or the practice has another. No row is ever changed.
CREATE TABLE instrument_version (
  digest TEXT PRIMARY KEY NOT NULL,
  instrument TEXT NOT NULL,
  number {int} NOT NULL,
  origin TEXT NOT NULL CHECK (origin IN ('program', 'uploaded')),
  questionnaire TEXT NOT NULL,
  scoring TEXT NOT NULL,
  wording_hash TEXT NOT NULL,
  saved_at {time} NOT NULL,
  saved_by {id} REFERENCES account (id)
){strict};
CREATE UNIQUE INDEX instrument_version_number ON instrument_version (instrument, number);

-- Whether new forms may be asked for; without a row it is as the instrument says.
CREATE TABLE instrument_switch (
  instrument TEXT PRIMARY KEY NOT NULL,
  is_on {int} NOT NULL,
  changed_at {time} NOT NULL,
  changed_by {id} NOT NULL REFERENCES account (id)
){strict};

-- The version that was asked, by the digest of its files, and the digest of what is read of it.
ALTER TABLE questionnaire_response ADD COLUMN digest TEXT;
ALTER TABLE questionnaire_response ADD COLUMN wording_hash TEXT;
