-- What a client says of the two of them: "something between us isn't right". Who hears it the client chooses, each time.
CREATE TABLE relationship_concern (
  id {id} PRIMARY KEY NOT NULL,
  episode_id {id} NOT NULL REFERENCES episode_of_care (id),
  client_id {id} NOT NULL REFERENCES account (id),
  kept_at {time} NOT NULL,
  -- 'answered': whether it is better stands sealed in what was asked
  state TEXT NOT NULL
    CHECK (state IN ('kept', 'told', 'heard', 'agreed', 'asked', 'answered', 'closed', 'withdrawn')),
  asks_left {int} NOT NULL, -- after so many sessions more it is asked whether it is better
  mediated_at {time}, -- the client lets those who hear it know of each other; none: they do not
  waits {int} NOT NULL, -- 1: something of it is there for the client
  ended_at {time},
  sealed_words {bytes} -- none: without words
){strict};
CREATE INDEX relationship_concern_of_client ON relationship_concern (client_id);
CREATE INDEX relationship_concern_of_episode ON relationship_concern (episode_id);

-- To whom it was told, with the very words that were sent to this person. Nobody else reads them.
CREATE TABLE relationship_telling (
  id {id} PRIMARY KEY NOT NULL,
  concern_id {id} NOT NULL REFERENCES relationship_concern (id),
  client_id {id} NOT NULL REFERENCES account (id),
  part TEXT NOT NULL CHECK (part IN ('therapist', 'neutral_person')),
  account_id {id} NOT NULL REFERENCES account (id),
  told_at {time} NOT NULL,
  heard_at {time}, -- the first time
  waits {int} NOT NULL, -- 1: something of it is there for them
  ended_at {time}, -- from then on they find nothing of it
  sealed_words {bytes} NOT NULL
){strict};
CREATE INDEX relationship_telling_of_concern ON relationship_telling (concern_id);
CREATE INDEX relationship_telling_of_account ON relationship_telling (account_id) WHERE ended_at IS NULL;

-- What the client and one who hears it write to each other about it.
CREATE TABLE relationship_word (
  id {id} PRIMARY KEY NOT NULL,
  telling_id {id} NOT NULL REFERENCES relationship_telling (id),
  by_id {id} NOT NULL REFERENCES account (id),
  at {time} NOT NULL,
  sealed_text {bytes} NOT NULL
){strict};
CREATE INDEX relationship_word_of_telling ON relationship_word (telling_id);

-- What was agreed: written by one who hears it, and agreed or not by the client.
CREATE TABLE relationship_agreement (
  id {id} PRIMARY KEY NOT NULL,
  telling_id {id} NOT NULL REFERENCES relationship_telling (id),
  at {time} NOT NULL,
  is_shared {int} NOT NULL, -- 1: whoever else hears it reads it too
  answered_at {time},
  agrees {int},
  sealed_text {bytes} NOT NULL
){strict};
CREATE INDEX relationship_agreement_of_telling ON relationship_agreement (telling_id);

-- Whether it is better, asked of the client after a session.
CREATE TABLE relationship_follow_up (
  id {id} PRIMARY KEY NOT NULL,
  concern_id {id} NOT NULL REFERENCES relationship_concern (id),
  encounter_id {id} NOT NULL REFERENCES encounter (id),
  asked_at {time} NOT NULL,
  answered_at {time},
  sealed_answer {bytes},
  UNIQUE (concern_id, encounter_id)
){strict};
CREATE INDEX relationship_follow_up_of_encounter ON relationship_follow_up (encounter_id);

-- For the eyes of whoever wrote it.
CREATE TABLE relationship_note (
  id {id} PRIMARY KEY NOT NULL, -- of the telling that it is about
  written_at {time} NOT NULL,
  sealed_text {bytes} NOT NULL
){strict};
