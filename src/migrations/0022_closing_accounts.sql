-- Closing a client's account: what was asked, what is kept because a law wants it, until when, and that it is gone.
-- Of a client whose episodes are locked nobody finds anything but whoever asks as the client.
ALTER TABLE episode_of_care ADD COLUMN locked_at {time};

CREATE TABLE closing (
  client_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  practice_id {id} NOT NULL REFERENCES practice (id),
  state TEXT NOT NULL CHECK (state IN ('waiting', 'locked', 'erased')),
  asked_by {id}, -- the client or an administrator; none: the operator, or an older database that was put back
  asked_at {time} NOT NULL,
  closed_at {time},
  cancelled_sessions {int} NOT NULL,
  key_locked {int} NOT NULL, -- the key store has followed
  keep_until {time}, -- of what is locked; none: nobody has stated it yet
  law_country TEXT, -- whose law wants it kept until then
  stated_by {id}, -- who stated it instead, and why
  sealed_reason {bytes},
  erased_at {time}
){strict};
CREATE INDEX closing_due ON closing (keep_until) WHERE state = 'locked';
CREATE INDEX closing_unfinished ON closing (asked_at) WHERE state = 'waiting' OR (state = 'locked' AND key_locked = 0);

-- Whom the closing concerned: the therapists of the time. Gone once no backup of the keys holds the client's any more.
CREATE TABLE closing_reader (
  client_id {id} NOT NULL REFERENCES account (id),
  account_id {id} NOT NULL REFERENCES account (id),
  told_at {time} NOT NULL,
  PRIMARY KEY (client_id, account_id)
){without_rowid};
CREATE INDEX closing_reader_of_account ON closing_reader (account_id);
