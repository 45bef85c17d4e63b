-- What an administrator has confirmed before the practice takes clients.
CREATE TABLE practice_confirmation (
  practice_id {id} NOT NULL REFERENCES practice (id),
  item TEXT NOT NULL,
  by_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  PRIMARY KEY (practice_id, item)
){without_rowid};
