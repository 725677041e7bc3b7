-- B3: accuracy of dp less that of influence-score, which has the same influences and no group
-- effect: at each rate, and the advantage at the highest rate less that at the lowest, of those
-- that the experiment has for the dataset and network.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH listed AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place, pruner, rate, seed, state, accuracy, final_test_loss,
           final_train_loss, position,
           min(rate) OVER place AS low, max(rate) OVER place AS high
    FROM v_run
    WHERE experiment = :experiment AND pruner IN ('dp', 'influence-score')
          AND options NOT LIKE '%score_only%'
    WINDOW place AS (PARTITION BY dataset, model)
), run AS MATERIALIZED ( -- the first of the file, where there are several
    SELECT place, pruner, rate, seed, low, high, accuracy, final_test_loss, final_train_loss,
           min(position)
    FROM listed
    WHERE state = 'done'
    GROUP BY place, pruner, rate, seed
), pair AS MATERIALIZED (
    SELECT d.place, d.rate, d.seed, d.low, d.high, 100 * (d.accuracy - i.accuracy) AS points,
           i.final_test_loss > 0 AND i.final_test_loss = d.final_test_loss
               AND i.final_train_loss = d.final_train_loss AS same
    FROM run d
    JOIN run i USING (place, rate, seed)
    WHERE d.pruner = 'dp' AND i.pruner = 'influence-score'
)
SELECT place, 'dp against influence-score ' || significant(rate) AS arm, 'accuracy' AS measure,
       'points' AS unit, '>' AS beyond, 0.0 AS bound, seed, points AS value, 0 AS doubtful, same
FROM pair
UNION ALL
SELECT h.place,
       'dp against influence-score, ' || significant(h.rate) || ' less ' || significant(l.rate),
       'advantage', 'points', '>', 0.0, h.seed, h.points - l.points, 0, h.same AND l.same
FROM pair h
JOIN pair l USING (place, seed)
WHERE h.rate = h.high AND l.rate = l.low AND l.low < h.high
ORDER BY place, arm, seed;
