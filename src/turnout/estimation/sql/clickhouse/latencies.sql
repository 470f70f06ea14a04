-- Latencies in bins of width 2^(1/16), latency_bin() in log_statistics.h.
SELECT model, if(latency_s > 0, toInt64(floor(16 * (log(latency_s) / log(2)) + 1e-6)), toInt64(-100000)) AS bin, count()
FROM {numbered_passes}
WHERE place = attempt AND started_us <= {settled}
  AND {chosen}
GROUP BY model, bin
