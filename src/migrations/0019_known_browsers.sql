-- A browser in which somebody has logged in is known to be theirs by a signed cookie; this number is signed with it. It goes
-- up when all other log-ins of the person end, and every cookie of before counts for nothing.
ALTER TABLE account ADD COLUMN browser_generation {int} NOT NULL DEFAULT 0;
