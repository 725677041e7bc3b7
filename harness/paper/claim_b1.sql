-- B1: dp at 40 % beside full data: seconds of training until all but a point of the run's own last
-- accuracy is there (what choosing cost is left out: the paper counts it as done before), and the
-- accuracy lost. Shown too: the same with all that choosing cost, by the charged clock, and how
-- many times fewer operations, which no clock can disturb. Halves: 1.8 times and more (our
-- reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place, pruner, options, rate, seed, attempt, environment,
           accuracy, final_test_loss, final_train_loss,
           score_s + select_s AS choosing_s, train_s, charged_s, flops,
           timing_valid = 0 AS doubtful, position
    FROM v_run
    WHERE experiment = :experiment AND state = 'done'
          AND (pruner = 'full' OR (pruner = 'dp' AND abs(rate - 0.4) < 1e-9))
          AND options NOT LIKE '%score_only%'
), epoch_of AS MATERIALIZED ( -- the first with all but a point of the run's last accuracy
    SELECT r.attempt, min(e.charged_s) AS charged_s
    FROM run r
    JOIN v_epoch e ON e.attempt = r.attempt
    WHERE e.test_accuracy >= r.accuracy - 0.01
    GROUP BY r.attempt
), pair AS MATERIALIZED (
    SELECT r.place AS place,
           arm('dp', r.options, r.rate) AS arm,
           r.seed AS seed,
           r.doubtful OR f.doubtful AS doubtful,
           (g.charged_s - f.choosing_s) / (e.charged_s - r.choosing_s) AS converged,
           g.charged_s / e.charged_s AS converged_charged,
           f.charged_s / r.charged_s AS charged, 1.0 * f.flops / nullif(r.flops, 0) AS less_work,
           100 * (r.accuracy - f.accuracy) AS points,
           f.final_test_loss > 0 AND f.final_test_loss = r.final_test_loss
               AND f.final_train_loss = r.final_train_loss AS same
    FROM run r
    JOIN epoch_of e USING (attempt)
    JOIN run f ON f.pruner = 'full' AND f.place = r.place AND f.seed = r.seed
                  AND f.environment = r.environment
    JOIN epoch_of g ON g.attempt = f.attempt
    WHERE r.pruner = 'dp'
)
SELECT place, arm, 'times faster to converge, training alone' AS measure, 'x' AS unit,
       '>' AS beyond, 1.8 AS bound, seed, converged AS value, doubtful,
       0 AS same, 1 AS line
FROM pair
UNION ALL
SELECT place, arm, 'accuracy against full data', 'points', '>', -1.3, seed, points, 0, same, 2
FROM pair
UNION ALL
SELECT place, arm, 'times faster to converge, charged', 'x', NULL, NULL, seed, converged_charged,
       doubtful, 0, 3
FROM pair
UNION ALL
SELECT place, arm, 'times faster in all, charged', 'x', NULL, NULL, seed, charged,
       doubtful, 0, 4
FROM pair
UNION ALL
SELECT place, arm, 'times fewer operations in all', 'x', NULL, NULL, seed, less_work, 0, 0, 5
FROM pair
WHERE less_work > 0
ORDER BY place, arm, line, seed;
