-- What the log holds, and how often it contradicts itself. Columns as in sql_statistics.cpp, read_totals().
SELECT count(*), count(*) FILTER (WHERE place = 1), count(*) FILTER (WHERE place = attempt AND started_us > {settled}),
  coalesce(min(started_us), 0), coalesce(max(started_us), 0),
  count(*) FILTER (WHERE place <> attempt),
  count(*) FILTER (WHERE place = attempt AND has_next AND outcome = 'success'),
  count(*) FILTER (WHERE place = attempt AND has_next AND ending IN ('resolved', 'abandoned')),
  count(*) FILTER (WHERE place = attempt AND NOT has_next AND ending = 'reprompted'),
  count(*) FILTER (WHERE place = attempt AND place > 1 AND started_us < started_us_before),
  count(*) FILTER (WHERE place = attempt AND place > 1 AND user_id <> user_id_before),
  count(DISTINCT model) FILTER (WHERE place = attempt), count(DISTINCT policy_id) FILTER (WHERE place = attempt)
FROM {numbered_passes}
WHERE {chosen}
