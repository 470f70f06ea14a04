-- One model in one period: how first attempts ended, latency, and sums of y = ln(latency / tokens), x = ln tokens.
SELECT model, period,
  countIf(attempt = 1 AND fate = 'reprompted'), countIf(attempt = 1 AND fate = 'solved'),
  countIf(attempt = 1 AND fate = 'abandoned'), countIf(attempt = 1 AND fate = 'silent'),
  count(), sum(latency_s), sum(latency_s * latency_s),
  sum(timed), sum(y), sum(y * y), sum(x), sum(x * x), sum(x * y)
FROM (
  SELECT model, attempt, fate, latency_s, intDiv(started_us, {period}) AS period, latency_s > 0 AND output_tokens > 0 AS timed,
    if(timed = 1, log(toFloat64(output_tokens)), 0.) AS x, if(timed = 1, log(latency_s) - log(toFloat64(output_tokens)), 0.) AS y
  FROM {numbered_passes}
  WHERE place = attempt AND started_us <= {settled}
    AND {chosen}
)
GROUP BY model, period
