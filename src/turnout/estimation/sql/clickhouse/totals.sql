-- What the log holds, and how often it contradicts itself. Columns as in sql_statistics.cpp, read_totals().
SELECT count(), countIf(place = 1), countIf(place = attempt AND started_us > {settled}), min(started_us), max(started_us),
  countIf(place != attempt),
  countIf(place = attempt AND has_next = 1 AND outcome = 'success'),
  countIf(place = attempt AND has_next = 1 AND (ending = 'resolved' OR ending = 'abandoned')),
  countIf(place = attempt AND has_next = 0 AND ending = 'reprompted'),
  countIf(place = attempt AND place > 1 AND started_us < started_us_before),
  countIf(place = attempt AND place > 1 AND user_id != user_id_before),
  uniqExactIf(model, place = attempt), uniqExactIf(policy_id, place = attempt)
FROM {numbered_passes}
WHERE {chosen}
