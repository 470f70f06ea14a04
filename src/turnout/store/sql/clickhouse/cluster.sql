-- The passes of all servers of a cluster. A task is on one server, so that its view there sees it whole.
CREATE TABLE IF NOT EXISTS {passes} AS passes ENGINE = Distributed({cluster}, currentDatabase(), passes, cityHash64(task_id));
CREATE TABLE IF NOT EXISTS {stored_passes} AS stored_passes ENGINE = Distributed({cluster}, currentDatabase(), stored_passes);
CREATE TABLE IF NOT EXISTS {pass_keys} AS pass_keys ENGINE = Distributed({cluster}, currentDatabase(), pass_keys);
DROP TABLE IF EXISTS {numbered_passes};
