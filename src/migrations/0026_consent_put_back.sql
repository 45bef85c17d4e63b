-- A withdrawal that nobody made: the practice was put back to its state of this moment, what was decided since is not
-- known, and so no consent of before counts.
ALTER TABLE consent ADD COLUMN put_back_to {time};
