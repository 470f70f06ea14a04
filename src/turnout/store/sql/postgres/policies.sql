-- The policies of gateways that share their tasks, and whose turn it is to look at the log (decisions/0014).
-- Beside the tables of tasks. Every statement is safe to repeat; two gateways may begin at once.
SELECT pg_advisory_xact_lock(hashtext('turnout schema'));

-- Rows are added and never changed. Who wants to add a number that is there has come too late.
CREATE TABLE IF NOT EXISTS turnout_policy_log (
  models  bigint      NOT NULL,               -- a hash of the models' names in their order
  number  bigint      NOT NULL,               -- 1, 2, ...
  told_at timestamptz NOT NULL DEFAULT now(),
  line    text        NOT NULL,
  PRIMARY KEY (models, number)
);

CREATE TABLE IF NOT EXISTS turnout_control (
  models bigint      PRIMARY KEY,
  holder bigint      NOT NULL DEFAULT 0,      -- the gateway whose turn it is, until then
  until  timestamptz NOT NULL DEFAULT now(),
  asked  boolean     NOT NULL DEFAULT false,  -- somebody wants it to look now
  look   text        NOT NULL DEFAULT ''      -- what the loop said last
);
