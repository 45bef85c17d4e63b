-- What the treatments of this practice that are over let expect of a new one: numbers of at least as many of them as the
-- rule asks for, and of no single one. Made anew once a week.
CREATE TABLE expected_course (
  instrument TEXT PRIMARY KEY NOT NULL,
  digest TEXT NOT NULL, -- of the version of the instrument that it is of
  expectation TEXT NOT NULL CHECK (expectation IN ('known', 'too_few', 'singular', 'not_fitted')),
  cases {int}, -- none unless something is expected
  course TEXT, -- a JSON document of numbers; none unless something is expected
  made_at {time} NOT NULL
){strict};
