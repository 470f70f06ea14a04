-- How much users differ in how a model's first attempts end: sums over users of their passes, ends, told ends and solved
-- ones, and of the products of these. A task without a user is one of its own.
SELECT model, count(*), sum(n), sum(e), sum(t), sum(s),
  sum(n * n), sum(n * e), sum(n * t), sum(n * s), sum(e * e), sum(e * t), sum(e * s), sum(t * t), sum(t * s), sum(s * s)
FROM (
  SELECT model, CASE WHEN first_user_id = '' THEN task_id ELSE first_user_id END AS who,
    count(*) AS n, count(*) FILTER (WHERE fate <> 'reprompted') AS e, count(*) FILTER (WHERE fate IN ('solved', 'abandoned')) AS t, count(*) FILTER (WHERE fate = 'solved') AS s
  FROM {numbered_passes}
  WHERE place = attempt AND attempt = 1 AND started_us <= {settled}
    AND {chosen}
  GROUP BY model, who
) AS by_user
GROUP BY model
