-- Invitations: a link with a random token, of which only the digest is kept. The account is there from the beginning, with
-- the name and the address that were given; its password is empty, which matches nothing, until the link was used.
CREATE TABLE invitation (
  id {id} PRIMARY KEY NOT NULL,
  practice_id {id} NOT NULL REFERENCES practice (id),
  account_id {id} NOT NULL UNIQUE REFERENCES account (id),
  therapist_id {id} REFERENCES account (id), -- whose client it will be
  invited_by {id} NOT NULL REFERENCES account (id),
  token_digest {bytes} NOT NULL UNIQUE,
  invited_at {time} NOT NULL,
  ends_at {time} NOT NULL,
  used_at {time},
  withdrawn_at {time}
){strict};
CREATE INDEX invitation_of_inviter ON invitation (invited_by, invited_at);

-- What a mail's link leads to, sealed under the key of whom it goes to, for as long as the mail waits.
ALTER TABLE notice ADD COLUMN sealed_path {bytes};

-- Who stands in for a therapist, and who hears what clients say about theirs: for whoever comes new.
ALTER TABLE account ADD COLUMN deputy_id {id} REFERENCES account (id);
ALTER TABLE practice ADD COLUMN neutral_id {id} REFERENCES account (id);
