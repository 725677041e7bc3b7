-- B4: larger networks on the subset that dp chose with a small one: accuracy less that of a random
-- subset. Shown too: less that of the subset that the larger network chose itself.
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place, pruner, options, rate, seed, accuracy, final_test_loss,
           final_train_loss, position,
           chosen_with IS NOT NULL AS transferred
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND pruner IN ('dp', 'random')
          AND options NOT LIKE '%score_only%'
), beside AS ( -- the first of the file, where there are several
    SELECT place, pruner, rate, seed, accuracy, final_test_loss, final_train_loss, min(position)
    FROM run
    WHERE NOT transferred
    GROUP BY place, pruner, rate, seed
)
SELECT t.place AS place, arm('dp', t.options, t.rate) AS arm,
       'accuracy against ' || iif(o.pruner = 'dp', 'its own choice', 'random') AS measure,
       'points' AS unit, iif(o.pruner = 'dp', NULL, '>') AS beyond,
       iif(o.pruner = 'dp', NULL, 0.0) AS bound,
       t.seed AS seed, 100 * (t.accuracy - o.accuracy) AS value, 0 AS doubtful,
       o.final_test_loss > 0 AND o.final_test_loss = t.final_test_loss
           AND o.final_train_loss = t.final_train_loss AS same
FROM run t
JOIN beside o USING (place, rate, seed)
WHERE t.pruner = 'dp' AND t.transferred
ORDER BY place, arm, measure DESC, seed;
