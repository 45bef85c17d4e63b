-- When somebody last stopped being the therapist, or the neutral person, of a treatment: what was told to one before then
-- is not theirs again when they come back. None: nobody has stopped.
ALTER TABLE episode_of_care ADD COLUMN therapist_changed_at {time};
ALTER TABLE episode_of_care ADD COLUMN neutral_changed_at {time};
UPDATE episode_of_care SET therapist_changed_at =
  (SELECT MAX(h.done_at) FROM hand_over h WHERE h.episode_id = episode_of_care.id);

-- How much came of it so far, for the client and for each who was told: whoever has seen less has not seen all.
ALTER TABLE relationship_concern ADD COLUMN news {int} NOT NULL DEFAULT 0;
ALTER TABLE relationship_telling ADD COLUMN news {int} NOT NULL DEFAULT 1;
-- How often the note was written or taken away, also of one that is not there any more.
ALTER TABLE relationship_telling ADD COLUMN note_revision {int} NOT NULL DEFAULT 0;
