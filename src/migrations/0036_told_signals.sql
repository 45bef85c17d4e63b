-- What a list of many clients shows of their signals is found by its index alone: most signals of a long course are
-- history, and looking at each of them took longer than all the rest of the list.
DROP INDEX signal_waiting;
CREATE INDEX signal_told ON signal (episode_id)
  WHERE holds = 1 AND (is_private = 0 OR kind = 'divergence') AND level <> 'info'
    AND (state IN ('open', 'deferred') OR (state = 'answered' AND kind IN ('deterioration', 'not-on-track')));
