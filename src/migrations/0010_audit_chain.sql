-- The rows of the audit, one chained to the other. A row has no place until it is committed and was looked at; its link
-- is a digest under a key of the practice over the link before it and all that the row says.
ALTER TABLE audit ADD COLUMN place {int};
ALTER TABLE audit ADD COLUMN link {bytes};
CREATE UNIQUE INDEX audit_in_order ON audit (place) WHERE place IS NOT NULL;
CREATE INDEX audit_without_place ON audit (id) WHERE place IS NULL;
