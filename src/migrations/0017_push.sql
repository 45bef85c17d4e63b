-- Browsers that are told when something waits, each because its person wished it. What a push service needs to reach one
-- is sealed under the person's key: the address alone names a device. Of the address there is a keyed digest, so that a
-- browser that somebody else begins to use belongs to them alone.
CREATE TABLE push_device (
  id {id} PRIMARY KEY NOT NULL,
  account_id {id} NOT NULL REFERENCES account (id),
  endpoint_digest {bytes} NOT NULL,
  sealed_target {bytes} NOT NULL,
  made_at {time} NOT NULL
){strict};
CREATE UNIQUE INDEX push_device_of_endpoint ON push_device (endpoint_digest);
CREATE INDEX push_device_of_account ON push_device (account_id, made_at);
-- A notice is a mail, or goes to one such browser.
ALTER TABLE notice ADD COLUMN device_id {id};
CREATE INDEX notice_of_device ON notice (device_id, queued_at) WHERE device_id IS NOT NULL;
