-- A1: charged time of static scores over that of full data, seed by seed in one environment. Shown
-- too: the same of operations, which no clock can disturb.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH pair AS MATERIALIZED (
    SELECT s.dataset || ' ' || s.model AS place,
           arm(s.pruner, s.options, s.rate) AS arm,
           s.seed AS seed, s.charged_s / s.full_charged_s AS time_share,
           1.0 * r.flops / nullif(f.flops, 0) AS work_share,
           s.timing_valid = 0 AS doubtful,
           min(s.position) OVER (PARTITION BY s.dataset, s.model, s.pruner, s.options, s.rate)
               AS position
    FROM v_speedup s
    JOIN v_run r ON r.experiment = s.experiment AND r.attempt = s.attempt
    JOIN v_run f ON f.experiment = s.experiment AND f.attempt = s.full_attempt
    WHERE s.experiment = :experiment AND s.pruner IN ('el2n', 'forgetting')
          AND s.options NOT LIKE '%score_only%'
)
SELECT place, arm, 'charged time over full data''s' AS measure, 'x' AS unit, '>' AS beyond,
       1.0 AS bound, seed, time_share AS value, doubtful, 0 AS same, position, 1 AS line
FROM pair
UNION ALL
SELECT place, arm, 'operations over full data''s', 'x', NULL, NULL, seed, work_share, 0, 0,
       position, 2
FROM pair
WHERE work_share > 0
ORDER BY place, position, line, seed;
