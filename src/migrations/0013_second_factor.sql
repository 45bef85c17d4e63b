-- The second factor: a secret in an app that makes codes (RFC 6238), and codes on paper for when the app is lost.
-- `last_step` is the step of the last code that counted: none counts twice, and none that is older.
CREATE TABLE code_secret (
  account_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  sealed_secret {bytes} NOT NULL,
  confirmed_at {time}, -- absent: begun, and not yet in use
  last_step {int} NOT NULL
){strict};

-- A code that was used goes.
CREATE TABLE recovery_code (
  account_id {id} NOT NULL REFERENCES account (id),
  code_digest {bytes} NOT NULL,
  PRIMARY KEY (account_id, code_digest)
){without_rowid};
