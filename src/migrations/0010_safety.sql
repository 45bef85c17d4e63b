-- Who is told when a therapist has not looked in time.
ALTER TABLE account ADD COLUMN supervisor_id {id} REFERENCES account (id);
