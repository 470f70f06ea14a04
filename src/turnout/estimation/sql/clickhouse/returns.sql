-- Tasks old enough to tell whether their user came back, by how they ended, and those after which he did not.
SELECT fate, sum(tasks), sum(last)
FROM (
  SELECT fate, countIf(first_started_us <= {returned}) AS tasks, toUInt64(0) AS last
  FROM {numbered_passes}
  WHERE place = attempt AND has_next = 0 AND first_user_id != '' AND started_us <= {settled}
    AND {chosen}
  GROUP BY fate
  UNION ALL
  SELECT latest.3 AS fate, toUInt64(0) AS tasks, countIf(latest.1 <= {returned}) AS last
  FROM (
    SELECT first_user_id, arraySort(groupArray((first_started_us, task_id, fate)))[-1] AS latest
    FROM {numbered_passes}
    WHERE place = attempt AND has_next = 0 AND first_user_id != '' AND started_us <= {settled}
      AND {chosen}
    GROUP BY first_user_id
  )
  GROUP BY fate
)
GROUP BY fate
