-- One model in one period: how first attempts ended, latency, and sums of y = ln(latency / tokens), x = ln tokens.
SELECT model, started_us / {period},
  count(*) FILTER (WHERE attempt = 1 AND fate = 'reprompted'), count(*) FILTER (WHERE attempt = 1 AND fate = 'solved'),
  count(*) FILTER (WHERE attempt = 1 AND fate = 'abandoned'), count(*) FILTER (WHERE attempt = 1 AND fate = 'silent'),
  count(*), sum(latency_s), sum(latency_s * latency_s),
  count(x), coalesce(sum(y), 0), coalesce(sum(y * y), 0), coalesce(sum(x), 0), coalesce(sum(x * x), 0), coalesce(sum(x * y), 0)
FROM (
  SELECT *, ln(positive_latency) - x AS y
  FROM (
    SELECT *, CASE WHEN latency_s > 0 AND output_tokens > 0 THEN ln(output_tokens::double precision) END AS x,
      CASE WHEN latency_s > 0 THEN latency_s END AS positive_latency
    FROM {numbered_passes}
    WHERE place = attempt AND started_us <= {settled}
      AND {chosen}
  ) AS timed
) AS measured
GROUP BY 1, 2
