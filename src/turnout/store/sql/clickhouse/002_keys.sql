-- Version 2. The keys of all passes in the order of time: which passes of a batch are there already is asked of those
-- alone that started when they did. Filled as passes come, and here once for those that are there. Parts are merged up
-- to a million keys: what comes in the order of time is in order already, and merging it on and on would cost more the
-- more there is.
CREATE TABLE IF NOT EXISTS pass_keys (
  started_us Int64,
  task_id    String,
  attempt    UInt32,
  row_hash   UInt64,
  kept       UInt64
) ENGINE = MergeTree ORDER BY started_us
  SETTINGS max_bytes_to_merge_at_max_space_in_pool = 33554432, parts_to_delay_insert = 3000, parts_to_throw_insert = 6000;
CREATE MATERIALIZED VIEW IF NOT EXISTS pass_keys_as_they_come TO pass_keys AS
SELECT started_us, task_id, attempt, {row_hash} AS row_hash, kept FROM passes;
TRUNCATE TABLE pass_keys;
INSERT INTO pass_keys SELECT started_us, task_id, attempt, {row_hash} AS row_hash, kept FROM passes;

-- The tasks that a deletion is about, while the server is at it.
CREATE TABLE IF NOT EXISTS pruned_tasks (
  marker  String,
  task_id String,
  written DateTime DEFAULT now()
) ENGINE = MergeTree PARTITION BY marker ORDER BY task_id;

DROP TABLE IF EXISTS numbered_passes;
INSERT INTO schema_version VALUES (2);
