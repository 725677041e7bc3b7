-- A2: random-dynamic's accuracy less that of each static score, at the highest rate that the
-- experiment has for the dataset and network.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH listed AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, seed, state, accuracy, final_test_loss,
           final_train_loss, position,
           max(rate) OVER (PARTITION BY dataset, model) AS highest
    FROM v_run
    WHERE experiment = :experiment
), run AS MATERIALIZED (
    SELECT *
    FROM listed
    WHERE state = 'done' AND rate = highest AND options NOT LIKE '%score_only%'
), reference AS ( -- the first of the file, where there are several
    SELECT dataset, model, seed, accuracy, final_test_loss, final_train_loss, min(position)
    FROM run
    WHERE pruner = 'random-dynamic'
    GROUP BY dataset, model, seed
)
SELECT r.dataset || ' ' || r.model AS place,
       'random-dynamic against ' || arm(r.pruner, r.options, r.rate) AS arm,
       'accuracy' AS measure, 'points' AS unit, '>' AS beyond, 0.0 AS bound,
       r.seed AS seed, 100 * (f.accuracy - r.accuracy) AS value, 0 AS doubtful,
       f.final_test_loss > 0 AND f.final_test_loss = r.final_test_loss
           AND f.final_train_loss = r.final_train_loss AS same
FROM run r
JOIN reference f USING (dataset, model, seed)
WHERE r.pruner IN ('el2n', 'forgetting')
ORDER BY r.dataset, r.model, r.position, r.seed;
