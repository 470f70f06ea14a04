-- Version 2. What is kept of closed days beside the passes (decisions/0016), and which of them no longer hold.
CREATE TABLE day_summaries (
  first_day bigint  NOT NULL,              -- since 1970-01-01
  days      bigint  NOT NULL,              -- 1, or the power of 4 that a block of them has
  model     text    COLLATE "C" NOT NULL,  -- of the tasks' first passes
  policy_id text    COLLATE "C" NOT NULL,
  last_us   bigint  NOT NULL,              -- start of the latest pass
  content   bytea   NOT NULL,
  PRIMARY KEY (first_day, days, model, policy_id)
);
-- Compression would find little in it.
ALTER TABLE day_summaries ALTER COLUMN content SET STORAGE EXTERNAL;
-- A day stands here as often as something has changed in it: rows are only ever added, and deleted by who has seen them.
CREATE TABLE changed_days (day bigint NOT NULL);
CREATE INDEX changed_days_by_day ON changed_days (day);
-- One row once summaries are kept: the days before end_day are summarised.
CREATE TABLE summary_state (end_day bigint NOT NULL);
-- Nothing reads it since decisions/0015.
DROP VIEW numbered_passes;
UPDATE schema_version SET version = 2;
