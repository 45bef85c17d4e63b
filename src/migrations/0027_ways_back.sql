-- When a second factor was begun that is not in use yet: it can be confirmed for some minutes. What was begun before
-- this can be no more.
ALTER TABLE code_secret ADD COLUMN begun_at {time};

-- When somebody's address for mails was last replaced or removed; kept for as long as that matters.
CREATE TABLE replaced_address (
  account_id {id} PRIMARY KEY NOT NULL REFERENCES account (id),
  replaced_at {time} NOT NULL
){strict};
