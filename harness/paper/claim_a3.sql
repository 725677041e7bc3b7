-- A3: accuracy of epsilon-greedy and of ucb less that of random-dynamic at the same rate.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, seed, accuracy, final_test_loss, final_train_loss,
           position
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND options NOT LIKE '%score_only%'
), reference AS ( -- the first of the file, where there are several
    SELECT dataset, model, rate, seed, accuracy, final_test_loss, final_train_loss, min(position)
    FROM run
    WHERE pruner = 'random-dynamic'
    GROUP BY dataset, model, rate, seed
)
SELECT r.dataset || ' ' || r.model AS place,
       arm(r.pruner, r.options, r.rate) || ' against random-dynamic' AS arm,
       'accuracy' AS measure, 'points' AS unit, '>' AS beyond, 0.0 AS bound,
       r.seed AS seed, 100 * (r.accuracy - f.accuracy) AS value, 0 AS doubtful,
       f.final_test_loss > 0 AND f.final_test_loss = r.final_test_loss
           AND f.final_train_loss = r.final_train_loss AS same
FROM run r
JOIN reference f USING (dataset, model, rate, seed)
WHERE r.pruner IN ('epsilon-greedy', 'ucb')
ORDER BY r.dataset, r.model, r.position, r.seed;
