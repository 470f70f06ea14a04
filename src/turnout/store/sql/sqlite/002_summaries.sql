-- Version 2. What is kept of closed days beside the passes (decisions/0016), and which of them no longer hold.
CREATE TABLE day_summaries (
  first_day INTEGER NOT NULL,             -- since 1970-01-01
  days      INTEGER NOT NULL,             -- 1, or the power of 4 that a block of them has
  model     TEXT    NOT NULL,             -- of the tasks' first passes
  policy_id TEXT    NOT NULL,
  last_us   INTEGER NOT NULL,             -- start of the latest pass
  content   BLOB    NOT NULL,
  PRIMARY KEY (first_day, days, model, policy_id)
) STRICT;
CREATE INDEX day_summaries_by_days ON day_summaries (first_day, days, last_us);
CREATE TABLE changed_days (day INTEGER PRIMARY KEY) STRICT;
-- One row once summaries are kept: the days before end_day are summarised.
CREATE TABLE summary_state (end_day INTEGER NOT NULL) STRICT;
UPDATE schema_version SET version = 2;
