-- What a confirmation was about when it was made: once that is another, it holds no longer.
ALTER TABLE practice_confirmation ADD COLUMN about TEXT NOT NULL DEFAULT '';
