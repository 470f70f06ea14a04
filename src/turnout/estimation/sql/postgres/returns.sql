-- Tasks old enough to tell whether their user came back, by how they ended, and those after which he did not.
SELECT fate, count(*) FILTER (WHERE first_started_us <= {returned}), count(*) FILTER (WHERE is_last AND first_started_us <= {returned})
FROM (
  SELECT fate, first_started_us,
    row_number() OVER (PARTITION BY first_user_id ORDER BY first_started_us DESC, task_id DESC) = 1 AS is_last
  FROM {numbered_passes}
  WHERE place = attempt AND NOT has_next AND first_user_id <> '' AND started_us <= {settled}
    AND {chosen}
) AS ends
GROUP BY 1
