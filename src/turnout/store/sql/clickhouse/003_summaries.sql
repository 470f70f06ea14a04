-- Version 3. What is kept of closed days beside the passes (decisions/0016, decisions/0017). Of what was made anew the
-- server drops the older when it merges: rows and states hold or not by what the latest state says of them. A mark for each
-- row: they are large, and few are read at a time.
CREATE TABLE IF NOT EXISTS day_summaries (
  first_day Int64,   -- since 1970-01-01
  days      Int64,   -- 1, or the power of 4 that a block of them has
  model     String,  -- of the tasks' first passes
  policy_id String,
  last_us   Int64,   -- start of the latest pass
  content   String,
  made      UInt64   -- the step that made it
) ENGINE = ReplacingMergeTree(made) ORDER BY (first_day, days, model, policy_id)
  SETTINGS index_granularity = 1;
-- The latest row counts. Its arrays are two tables: of the passes that there were when it was made, by the day and from
-- hours_from_us on by the hour, how many and the sum of their hashes; and of the days whose summaries are right for these
-- passes, the step that made them (0: they hold no more), how many they are, and the start of the latest pass.
CREATE TABLE IF NOT EXISTS summary_state (
  made           UInt64,
  end_day        Int64,  -- the days before it are summarised
  hours_from_us  Int64,
  print_start_us Array(Int64),
  print_passes   Array(UInt64),
  print_hashes   Array(UInt64),
  kept_first_day Array(Int64),
  kept_days      Array(Int64),
  kept_made      Array(UInt64),
  kept_summaries Array(UInt64),
  kept_last_us   Array(Int64),
  slot           UInt8
) ENGINE = ReplacingMergeTree(made) ORDER BY slot;
INSERT INTO schema_version VALUES (3);
