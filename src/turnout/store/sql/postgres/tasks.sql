-- What gateways tell each other of open tasks (decisions/0012). Beside the table of passes or in a database of
-- its own. Every statement is safe to repeat; two gateways may begin at once.
SELECT pg_advisory_xact_lock(hashtext('turnout schema'));

CREATE TABLE IF NOT EXISTS turnout_task_log (
  number  bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  gateway bigint      NOT NULL,               -- a process of a gateway: 32 random bits
  nth     bigint      NOT NULL,               -- its 0th, 1st, ... entry
  models  bigint      NOT NULL,               -- a hash of the models' names in their order, and of the format
  told_at timestamptz NOT NULL DEFAULT now(),
  entry   bytea       NOT NULL,
  UNIQUE (gateway, nth)
);

CREATE TABLE IF NOT EXISTS turnout_gateways (
  gateway bigint      PRIMARY KEY,
  seen_at timestamptz NOT NULL
);

-- What hashes of ids and texts begin with, at all gateways: the first one's.
CREATE TABLE IF NOT EXISTS turnout_secret (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  hex text    NOT NULL
);
