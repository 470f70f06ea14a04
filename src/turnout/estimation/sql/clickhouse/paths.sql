-- How passes ended, waited and cost, by policy and the models up to them; beyond the fourth attempt by their own model.
SELECT policy_id, if(attempt > 5, toUInt32(5), attempt) AS depth, if(attempt > 4, '', model_before_3) AS before_3,
  if(attempt > 4, '', model_before_2) AS before_2, if(attempt > 4, '', model_before) AS before_1, model,
  countIf(fate = 'reprompted'), countIf(fate = 'solved'), countIf(fate = 'abandoned'), countIf(fate = 'silent'),
  sum(latency_s), sum(latency_s * latency_s), count(cost_usd), ifNull(sum(cost_usd), 0), ifNull(sum(cost_usd * cost_usd), 0)
FROM {numbered_passes}
WHERE place = attempt AND started_us <= {settled}
  AND {chosen}
GROUP BY policy_id, depth, before_3, before_2, before_1, model
