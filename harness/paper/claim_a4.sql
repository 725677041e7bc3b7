-- A4: the dynamic pruners beside full data: how many times faster, and the accuracy lost. About
-- twice: 1.8 times and more; not significant: no more than 1 point (both are our reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful; harness/paper/claims.h.
WITH pair AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place,
           pruner || iif(options = '', '', '(' || options || ')') || printf(' %g', rate) AS arm,
           seed, speedup, difference, timing_valid = 0 AS doubtful, position
    FROM v_speedup
    WHERE experiment = :experiment AND pruner IN ('epsilon-greedy', 'ucb')
          AND options NOT LIKE '%score_only%' AND full_attempt IS NOT NULL
)
SELECT place, arm, 'times faster than full data' AS measure, 'x' AS unit, '>' AS beyond,
       1.8 AS bound, seed, speedup AS value, doubtful, position
FROM pair
UNION ALL
SELECT place, arm, 'accuracy against full data', 'points', '>', -1.0, seed, 100 * difference, 0,
       position
FROM pair
ORDER BY place, arm, measure, seed;
