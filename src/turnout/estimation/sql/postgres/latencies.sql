-- Latencies in bins of width 2^(1/16), latency_bin() in log_statistics.h.
SELECT model,
  CASE WHEN latency_s > 0 THEN floor(16 * (ln(latency_s) / ln(2::double precision)) + 1e-6)::bigint ELSE -100000 END, count(*)
FROM {numbered_passes}
WHERE place = attempt AND started_us <= {settled}
  AND {chosen}
GROUP BY 1, 2
