-- How passes ended, waited and cost, by policy and the models up to them; beyond the fourth attempt by their own model.
SELECT policy_id, least(attempt, 5), CASE WHEN attempt > 4 THEN '' ELSE model_before_3 END,
  CASE WHEN attempt > 4 THEN '' ELSE model_before_2 END, CASE WHEN attempt > 4 THEN '' ELSE model_before END, model,
  count(*) FILTER (WHERE fate = 'reprompted'), count(*) FILTER (WHERE fate = 'solved'),
  count(*) FILTER (WHERE fate = 'abandoned'), count(*) FILTER (WHERE fate = 'silent'),
  sum(latency_s), sum(latency_s * latency_s), count(cost_usd), coalesce(sum(cost_usd), 0), coalesce(sum(cost_usd * cost_usd), 0)
FROM {numbered_passes}
WHERE place = attempt AND started_us <= {settled}
  AND {chosen}
GROUP BY 1, 2, 3, 4, 5, 6
