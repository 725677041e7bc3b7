-- A4: the dynamic pruners beside full data: how many times faster, and the accuracy lost. About
-- twice: 1.8 times and more; not significant: no more than 1 point (both are our reading). Shown
-- too: how many times fewer operations, which no clock can disturb.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH pair AS MATERIALIZED (
    SELECT s.dataset || ' ' || s.model AS place,
           arm(s.pruner, s.options, s.rate) AS arm,
           s.seed AS seed, s.speedup AS speedup, s.difference AS difference,
           s.timing_valid = 0 AS doubtful, 1.0 * f.flops / nullif(r.flops, 0) AS less_work,
           f.final_test_loss > 0 AND f.final_test_loss = r.final_test_loss
               AND f.final_train_loss = r.final_train_loss AS same,
           s.position AS position
    FROM v_speedup s
    JOIN v_run r ON r.experiment = s.experiment AND r.attempt = s.attempt
    JOIN v_run f ON f.experiment = s.experiment AND f.attempt = s.full_attempt
    WHERE s.experiment = :experiment AND s.pruner IN ('epsilon-greedy', 'ucb')
          AND s.options NOT LIKE '%score_only%'
)
SELECT place, arm, 'times faster than full data' AS measure, 'x' AS unit, '>' AS beyond,
       1.8 AS bound, seed, speedup AS value, doubtful, 0 AS same, position
FROM pair
UNION ALL
SELECT place, arm, 'accuracy against full data', 'points', '>', -1.0, seed, 100 * difference, 0,
       same, position
FROM pair
UNION ALL
SELECT place, arm, 'times fewer operations than full data', 'x', NULL, NULL, seed, less_work, 0, 0,
       position
FROM pair
WHERE less_work > 0
ORDER BY place, arm, measure, seed;
