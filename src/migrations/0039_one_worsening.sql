-- Whether somebody became worse the rules of signals say alone, and a list of many clients shows of signals only what waits.
DROP TABLE form_trend;
DROP INDEX signal_told;
CREATE INDEX signal_to_tell ON signal (episode_id)
  WHERE holds = 1 AND (is_private = 0 OR kind = 'divergence') AND level <> 'info' AND state IN ('open', 'deferred');

-- Sentences that were made of scores which are not shown so any more are made anew.
UPDATE signal_look SET due_at = 0;
