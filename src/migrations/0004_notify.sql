-- Mails that tell somebody to look into Rapport. They say neither what waits nor whom it concerns.
-- `key` is what the notice is about, in ASCII, chosen by who asks for it; bytes, so that both engines sort it alike.
CREATE TABLE notice (
  key {bytes} PRIMARY KEY NOT NULL,
  account_id {id} NOT NULL REFERENCES account (id),
  kind TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'sent', 'failed')),
  tries {int} NOT NULL,
  failure TEXT,
  queued_at {time} NOT NULL,
  next_try_at {time} NOT NULL,
  at {time} -- of the last try, or of giving up
){strict};
CREATE INDEX notice_due ON notice (state, next_try_at);
CREATE INDEX notice_of_account ON notice (account_id, queued_at);
