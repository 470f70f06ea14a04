-- Version 1. Names compare by their bytes, as in the other engines.
CREATE TABLE passes (
  task_id       text             COLLATE "C" NOT NULL,
  attempt       integer          NOT NULL CHECK (attempt >= 1),
  user_id       text             COLLATE "C",
  model         text             COLLATE "C" NOT NULL,
  started_us    bigint           NOT NULL,
  latency_s     double precision NOT NULL CHECK (latency_s >= 0),
  ttft_s        double precision,
  input_tokens  bigint,
  output_tokens bigint,
  cost_usd      double precision,
  outcome       text             NOT NULL CHECK (outcome IN ('unknown', 'success', 'failure')),
  ending        text             NOT NULL CHECK (ending IN ('open', 'reprompted', 'resolved', 'abandoned')),
  policy_id     text             COLLATE "C",
  propensity    double precision CHECK (propensity > 0 AND propensity <= 1),
  PRIMARY KEY (task_id, attempt)
);

-- Each pass with what the statistics need of its task. place: 1, 2, ... in the order of attempts, equal to attempt up
-- to the first gap; fate: how it ended, by the first rule that applies (docs/formats.md).
CREATE VIEW numbered_passes AS
SELECT *,
  CASE WHEN has_next OR ending = 'reprompted'              THEN 'reprompted'
       WHEN outcome = 'success' OR ending = 'resolved'     THEN 'solved'
       WHEN outcome = 'failure' OR ending = 'abandoned'    THEN 'abandoned'
       ELSE 'silent' END AS fate
FROM (
  SELECT task_id, attempt, model, started_us, latency_s, cost_usd, outcome, ending,
    coalesce(user_id, '')                             AS user_id,
    coalesce(policy_id, '')                           AS policy_id,
    coalesce(output_tokens, 0)                        AS output_tokens,
    row_number() OVER task                            AS place,
    coalesce(lead(attempt) OVER task = attempt + 1, false) AS has_next,
    lag(started_us) OVER task                         AS started_us_before,
    lag(coalesce(user_id, '')) OVER task              AS user_id_before,
    lag(model, 1, '' COLLATE "C") OVER task           AS model_before,
    lag(model, 2, '' COLLATE "C") OVER task           AS model_before_2,
    lag(model, 3, '' COLLATE "C") OVER task           AS model_before_3,
    first_value(started_us) OVER task                 AS first_started_us,
    first_value(coalesce(user_id, '')) OVER task      AS first_user_id,
    first_value(model) OVER task                      AS first_model,
    first_value(coalesce(policy_id, '')) OVER task    AS first_policy_id
  FROM passes
  WINDOW task AS (PARTITION BY task_id ORDER BY attempt)
) AS numbered;

CREATE TABLE schema_version (version integer NOT NULL);
INSERT INTO schema_version VALUES (1);
