-- Version 1. Of rows with one key the one with the largest `kept` stays: the first that was stored.
CREATE TABLE IF NOT EXISTS passes (
  task_id       String,
  attempt       UInt32,
  user_id       String,
  model         String,
  started_us    Int64,
  latency_s     Float64,
  ttft_s        Nullable(Float64),
  input_tokens  Nullable(Int64),
  output_tokens Nullable(Int64),
  cost_usd      Nullable(Float64),
  outcome       Enum8('unknown' = 0, 'success' = 1, 'failure' = 2),
  ending        Enum8('open' = 0, 'resolved' = 1, 'reprompted' = 2, 'abandoned' = 3),
  policy_id     String,
  propensity    Nullable(Float64),
  kept          UInt64
) ENGINE = ReplacingMergeTree(kept) ORDER BY (task_id, attempt);

-- Each pass once. (FINAL and ORDER BY on a Distributed table do not go together in old servers.)
CREATE VIEW IF NOT EXISTS stored_passes AS
SELECT task_id, attempt, user_id, model, started_us, latency_s, ttft_s, input_tokens, output_tokens, cost_usd, outcome, ending,
  policy_id, propensity
FROM passes FINAL;

-- Each pass with what the statistics need of its task. place: 1, 2, ... in the order of attempts, equal to attempt up
-- to the first gap; fate: how it ended, by the first rule that applies (docs/formats.md). In arrays by task, since old
-- servers have no window functions; through a Distributed table it runs where the passes are.
CREATE VIEW IF NOT EXISTS numbered_passes AS
SELECT task_id, attempt, model, started_us, latency_s, cost_usd, outcome, ending, user_id, policy_id, output_tokens, place,
  has_next, started_us_before, user_id_before, model_before, model_before_2, model_before_3, first_started_us, first_user_id,
  first_model, first_policy_id,
  multiIf(has_next = 1 OR ending = 'reprompted',          'reprompted',
          outcome = 'success' OR ending = 'resolved',     'solved',
          outcome = 'failure' OR ending = 'abandoned',    'abandoned',
                                                          'silent') AS fate
FROM (
  SELECT task_id,
    toUInt32(number)                                      AS place,
    rows[number].1                                        AS attempt,
    rows[number].2                                        AS model,
    rows[number].3                                        AS started_us,
    rows[number].4                                        AS latency_s,
    rows[number].5                                        AS cost_usd,
    rows[number].6                                        AS outcome,
    rows[number].7                                        AS ending,
    rows[number].8                                        AS user_id,
    rows[number].9                                        AS policy_id,
    rows[number].10                                       AS output_tokens,
    number < length(rows) AND rows[number + 1].1 = rows[number].1 + 1 AS has_next,
    if(number > 1, rows[number - 1].3, toInt64(0))        AS started_us_before,
    if(number > 1, rows[number - 1].8, '')                AS user_id_before,
    if(number > 1, rows[number - 1].2, '')                AS model_before,
    if(number > 2, rows[number - 2].2, '')                AS model_before_2,
    if(number > 3, rows[number - 3].2, '')                AS model_before_3,
    rows[1].3                                             AS first_started_us,
    rows[1].8                                             AS first_user_id,
    rows[1].2                                             AS first_model,
    rows[1].9                                             AS first_policy_id
  FROM (
    SELECT task_id, arraySort(row -> row.1, groupArray((attempt, model, started_us, latency_s, cost_usd, toString(outcome),
      toString(ending), user_id, policy_id, ifNull(output_tokens, toInt64(0))))) AS rows
    FROM stored_passes
    GROUP BY task_id
  )
  ARRAY JOIN arrayEnumerate(rows) AS number
);

CREATE TABLE IF NOT EXISTS schema_version (version UInt32) ENGINE = ReplacingMergeTree ORDER BY version;
INSERT INTO schema_version VALUES (1);
