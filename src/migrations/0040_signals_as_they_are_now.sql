-- What signals say is made anew, by the rules as they are now and of scores as they are shown: in treatments that are
-- over, too, which nobody looks through any more.
UPDATE signal_look SET due_at = 0;
INSERT INTO signal_look (episode_id, client_id, due_at, revision)
  SELECT e.id, e.client_id, 0, 0 FROM episode_of_care e
  WHERE e.closed_at IS NOT NULL AND e.locked_at IS NULL
    AND EXISTS (SELECT 1 FROM signal s WHERE s.episode_id = e.id)
    AND NOT EXISTS (SELECT 1 FROM signal_look l WHERE l.episode_id = e.id);
