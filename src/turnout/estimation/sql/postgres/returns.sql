-- Tasks old enough to tell whether their user came back, and those after which he did not: by how they ended, and by
-- policy and models up to there, as in paths.sql.
SELECT policy_id, depth, before_3, before_2, before_1, model, fate,
  count(*) FILTER (WHERE first_started_us <= {returned}), count(*) FILTER (WHERE is_last AND first_started_us <= {returned})
FROM (
  SELECT policy_id, least(attempt, 5) AS depth, CASE WHEN attempt > 4 THEN '' ELSE model_before_3 END AS before_3,
    CASE WHEN attempt > 4 THEN '' ELSE model_before_2 END AS before_2, CASE WHEN attempt > 4 THEN '' ELSE model_before END AS before_1,
    model, fate, first_started_us,
    row_number() OVER (PARTITION BY first_user_id ORDER BY first_started_us DESC, task_id DESC) = 1 AS is_last
  FROM {numbered_passes}
  WHERE place = attempt AND NOT has_next AND first_user_id <> '' AND started_us <= {settled}
    AND {chosen}
) AS ends
GROUP BY 1, 2, 3, 4, 5, 6, 7
