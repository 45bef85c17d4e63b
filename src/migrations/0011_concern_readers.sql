-- Who was told of a concern, as what and when: written down as they are told, because people come and go around a client.
CREATE TABLE concern_reader (
  concern_id {id} NOT NULL REFERENCES concern (id),
  account_id {id} NOT NULL REFERENCES account (id),
  part TEXT NOT NULL CHECK (part IN ('therapist', 'deputy', 'supervisor', 'neutral_person')),
  told_at {time} NOT NULL,
  PRIMARY KEY (concern_id, account_id)
){without_rowid};
CREATE INDEX concern_open ON concern (episode_id) WHERE closed_at IS NULL;

INSERT INTO concern_reader (concern_id, account_id, part, told_at)
  SELECT c.id, e.therapist_id, 'therapist', c.raised_at FROM concern c JOIN episode_of_care e ON e.id = c.episode_id
  WHERE c.kind <> 'rift';
INSERT INTO concern_reader (concern_id, account_id, part, told_at)
  SELECT c.id, e.deputy_id, 'deputy', c.raised_at FROM concern c JOIN episode_of_care e ON e.id = c.episode_id
  WHERE c.kind = 'safety' AND e.deputy_id IS NOT NULL AND e.deputy_id <> e.therapist_id;
INSERT INTO concern_reader (concern_id, account_id, part, told_at)
  SELECT c.id, e.neutral_id, 'neutral_person', c.raised_at FROM concern c JOIN episode_of_care e ON e.id = c.episode_id
  WHERE c.kind = 'rift' AND e.neutral_id IS NOT NULL;
INSERT INTO concern_reader (concern_id, account_id, part, told_at)
  SELECT c.id, t.supervisor_id, 'supervisor', c.escalated_at FROM concern c
  JOIN episode_of_care e ON e.id = c.episode_id JOIN account t ON t.id = e.therapist_id
  WHERE c.escalated_at IS NOT NULL AND t.supervisor_id IS NOT NULL AND t.supervisor_id <> e.therapist_id
  AND (e.deputy_id IS NULL OR t.supervisor_id <> e.deputy_id);
