-- Version 1. (IN would build a table for every row, OR does not.)
CREATE TABLE passes (
  task_id       TEXT    NOT NULL,
  attempt       INTEGER NOT NULL CHECK (attempt >= 1),
  user_id       TEXT,
  model         TEXT    NOT NULL,
  started_us    INTEGER NOT NULL,
  latency_s     REAL    NOT NULL CHECK (latency_s >= 0),
  ttft_s        REAL,
  input_tokens  INTEGER,
  output_tokens INTEGER,
  cost_usd      REAL,
  outcome       TEXT    NOT NULL CHECK (outcome = 'unknown' OR outcome = 'success' OR outcome = 'failure'),
  ending        TEXT    NOT NULL CHECK (ending = 'open' OR ending = 'reprompted' OR ending = 'resolved' OR ending = 'abandoned'),
  policy_id     TEXT,
  propensity    REAL    CHECK (propensity > 0 AND propensity <= 1),
  PRIMARY KEY (task_id, attempt)
) STRICT, WITHOUT ROWID;
CREATE TABLE schema_version (version INTEGER NOT NULL) STRICT;
INSERT INTO schema_version VALUES (1);
