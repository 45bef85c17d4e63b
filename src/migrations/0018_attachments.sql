-- Files that hang on messages, and those of a message that is not sent yet. What a file holds, its name, its kind and
-- what a person says of it are sealed; a file lies in parts, so that it comes and goes piece by piece.
CREATE TABLE attachment (
  id {id} PRIMARY KEY NOT NULL,
  client_id {id} NOT NULL REFERENCES account (id),
  author_id {id} NOT NULL REFERENCES account (id),
  place_id {id} NOT NULL, -- a room, or an episode for a thread not yet begun, as a draft has
  bytes {int} NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('coming', 'ready')),
  created_at {time} NOT NULL,
  sealed_about {bytes} NOT NULL,
  message_id {id} REFERENCES room_event (message_id),
  position {int} NOT NULL
){strict};
CREATE INDEX attachment_of_message ON attachment (message_id, created_at);
CREATE INDEX attachment_of_author ON attachment (author_id, created_at);

CREATE TABLE attachment_part (
  attachment_id {id} NOT NULL REFERENCES attachment (id),
  number {int} NOT NULL,
  sealed_bytes {bytes} NOT NULL,
  PRIMARY KEY (attachment_id, number)
){strict};
