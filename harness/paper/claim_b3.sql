-- B3: accuracy of dp less that of influence-score, which has the same influences and no group
-- effect: at each rate, and the advantage at the highest rate less that at the lowest.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful; harness/paper_claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place, pruner, rate, seed, accuracy, min(position)
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND pruner IN ('dp', 'influence-score')
    GROUP BY dataset, model, pruner, rate, seed
), pair AS MATERIALIZED (
    SELECT d.place, d.rate, d.seed, 100 * (d.accuracy - i.accuracy) AS points
    FROM run d
    JOIN run i USING (place, rate, seed)
    WHERE d.pruner = 'dp' AND i.pruner = 'influence-score'
), ends AS (
    SELECT min(rate) AS low, max(rate) AS high FROM pair
)
SELECT place, printf('dp against influence-score %g', rate) AS arm, 'accuracy' AS measure,
       'points' AS unit, '>' AS beyond, 0.0 AS bound, seed, points AS value, 0 AS doubtful
FROM pair
UNION ALL
SELECT h.place, printf('dp against influence-score, %g less %g', h.rate, l.rate), 'advantage',
       'points', '>', 0.0, h.seed, h.points - l.points, 0
FROM ends, pair h
JOIN pair l USING (place, seed)
WHERE h.rate = high AND l.rate = low AND low < high
ORDER BY place, arm, seed;
