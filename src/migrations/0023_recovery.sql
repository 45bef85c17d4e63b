-- The way back for whoever forgot the password or lost the phone.

-- A link was asked for by somebody who gave this log-in name. Whether anybody has it is looked up after the answer, so that
-- nothing about the answer tells.
CREATE TABLE recovery_ask (
  login_digest {bytes} PRIMARY KEY NOT NULL,
  asked_at {time} NOT NULL
){strict};

-- Of an account there is one link at most; only its digest is kept.
CREATE TABLE recovery_link (
  account_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  token_digest {bytes} NOT NULL UNIQUE,
  ends_at {time} NOT NULL,
  vouched {int} NOT NULL,                   -- that it is them is known: no recovery code is asked for
  vouched_by {id} REFERENCES account (id)   -- the administrator; absent: whoever has the machine
){strict};

-- A member of staff without a recovery code waits for an administrator.
CREATE TABLE recovery_request (
  account_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  asked_at {time} NOT NULL,
  ends_at {time} NOT NULL
){strict};

-- A client's second factor that ends at `due_at`, unless somebody stops it.
CREATE TABLE factor_loss (
  account_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  stop_digest {bytes} NOT NULL UNIQUE,
  due_at {time} NOT NULL
){strict};
CREATE INDEX factor_loss_due ON factor_loss (due_at);

-- The secret of a new phone, until a code of it came; the one before counts until then.
ALTER TABLE code_secret ADD COLUMN sealed_next {bytes};

-- Of a mail about the log-in: the profile as it was when the mail was queued, so that whoever changes the address
-- afterwards does not turn it away.
ALTER TABLE notice ADD COLUMN sealed_profile {bytes};
