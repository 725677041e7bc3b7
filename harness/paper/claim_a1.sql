-- A1: charged time of static scores over that of full data, seed by seed in one environment.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
SELECT dataset || ' ' || model AS place,
       arm(pruner, options, rate) AS arm,
       'charged time over full data''s' AS measure, 'x' AS unit, '>' AS beyond, 1.0 AS bound,
       seed, charged_s / full_charged_s AS value, timing_valid = 0 AS doubtful, 0 AS same
FROM v_speedup
WHERE experiment = :experiment AND pruner IN ('el2n', 'forgetting')
      AND options NOT LIKE '%score_only%' AND full_attempt IS NOT NULL
ORDER BY dataset, model, position, seed;
