-- Tasks old enough to tell whether their user came back, and those after which he did not: by how they ended, and by
-- policy and models up to there, as in paths.sql.
SELECT at.1, at.2, at.3, at.4, at.5, at.6, at.7, sum(tasks), sum(last)
FROM (
  SELECT (policy_id, if(attempt > 5, toUInt32(5), attempt), if(attempt > 4, '', model_before_3),
      if(attempt > 4, '', model_before_2), if(attempt > 4, '', model_before), model, fate) AS at,
    countIf(first_started_us <= {returned}) AS tasks, toUInt64(0) AS last
  FROM {numbered_passes}
  WHERE place = attempt AND has_next = 0 AND first_user_id != '' AND started_us <= {settled}
    AND {chosen}
  GROUP BY at
  UNION ALL
  SELECT latest.3 AS at, toUInt64(0) AS tasks, countIf(latest.1 <= {returned}) AS last
  FROM (
    SELECT first_user_id, arraySort(groupArray((first_started_us, task_id,
      (policy_id, if(attempt > 5, toUInt32(5), attempt), if(attempt > 4, '', model_before_3),
        if(attempt > 4, '', model_before_2), if(attempt > 4, '', model_before), model, fate))))[-1] AS latest
    FROM {numbered_passes}
    WHERE place = attempt AND has_next = 0 AND first_user_id != '' AND started_us <= {settled}
      AND {chosen}
    GROUP BY first_user_id
  )
  GROUP BY at
)
GROUP BY at
