-- What may be shown of the practice as a whole, by periods that never overlap. Made once, never made again: only so does
-- nothing that changes afterwards (somebody who comes, goes or is erased) show in the difference of two reports.
CREATE TABLE practice_report_period (
  first_quarter {int} PRIMARY KEY NOT NULL, -- four times the year, and 0 to 3
  last_quarter {int} NOT NULL,
  made_at {time} NOT NULL,
  tables TEXT -- without what must not be shown; none: nothing of it is shown
){strict};

-- How far it has come; one row.
CREATE TABLE practice_report_work (
  place {int} PRIMARY KEY NOT NULL,
  next_quarter {int} NOT NULL, -- with which the next period begins
  looked_through {int} NOT NULL, -- the last quarter that was looked at
  done {int} NOT NULL, -- treatments that were looked through of what is being made
  total {int} NOT NULL -- 0: nothing is being made
){strict};
