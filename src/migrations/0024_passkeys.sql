-- Passkeys (W3C Web Authentication). `user_handle` is random, the same for all of one person's, and all that a passkey
-- says of whom it is for. `refused_at`: when the passkey last said that it had signed less often than was known.
CREATE TABLE passkey (
  id {id} PRIMARY KEY NOT NULL,
  account_id {id} NOT NULL REFERENCES account (id),
  credential_id {bytes} NOT NULL,
  user_handle {bytes} NOT NULL,
  algorithm {int} NOT NULL,
  public_key {bytes} NOT NULL,
  sign_count {int} NOT NULL,
  sealed_name {bytes} NOT NULL,
  added_at {time} NOT NULL,
  used_at {time},
  refused_at {time}
){strict};
CREATE UNIQUE INDEX passkey_by_credential ON passkey (credential_id);
CREATE INDEX passkey_of_account ON passkey (account_id);

-- What a passkey has answered, until it could not be answered any more: each counts once.
CREATE TABLE passkey_challenge (
  challenge_digest {bytes} PRIMARY KEY NOT NULL,
  ends_at {time} NOT NULL
){strict};
