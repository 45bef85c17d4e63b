-- Which state of a draft it is, so that no device overwrites what another one wrote, and the ids under which it will be
-- sent, so that it goes out once whichever device sends it. A draft that was sent or emptied stays as a row without words.
ALTER TABLE draft ADD COLUMN revision {int} NOT NULL DEFAULT 1;
ALTER TABLE draft ADD COLUMN message_id {id};
ALTER TABLE draft ADD COLUMN thread_id {id};
