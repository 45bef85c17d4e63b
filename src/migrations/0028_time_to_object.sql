-- What an administrator decides about who reads, and about a client's account, holds only after a day, so that whoever it
-- is about can object: see people::kTimeToObject. `…_from` is the moment from which on somebody who was named holds; 0 is
-- long ago. Of a therapist whose account is closed, `deputy_before_id` goes on with the clients until then.
ALTER TABLE account ADD COLUMN supervisor_from {time} NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN deputy_from {time} NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN deputy_before_id {id} REFERENCES account (id);
CREATE INDEX account_of_deputy_before ON account (deputy_before_id);
ALTER TABLE practice ADD COLUMN neutral_from {time} NOT NULL DEFAULT 0;

-- Of a client's account that an administrator closes: when it will be, unless it is called off. Else none: at once.
ALTER TABLE closing ADD COLUMN due_at {time};
