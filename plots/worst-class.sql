/*
 * worst-class: one row per panel, series and rate. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 accuracy         on the test set after the last epoch, 0..1, median over seeds
 *     14 low  15 high     of the accuracy over the same seeds: the quartiles where every point of
 *                         the figure has 5 seeds or more, else the lowest and the highest
 *     16 worst            accuracy of the worst class, likewise
 *     17 low  18 high
 *     19 tail             which of the two: 0.25 or 0
 */
WITH
run AS (
    SELECT dataset, model, pruner, options, rate, accuracy, test_worst_class_accuracy AS worst
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
          AND test_worst_class_accuracy IS NOT NULL
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM run GROUP BY dataset, model, pruner, options, rate)
)
SELECT dataset, model, pruner, options, rate, count(*) AS n, median(accuracy) AS accuracy,
       quantile(accuracy, tail) AS low, quantile(accuracy, 1 - tail) AS high,
       median(worst) AS worst, quantile(worst, tail) AS worst_low,
       quantile(worst, 1 - tail) AS worst_high, tail
FROM run, band
GROUP BY dataset, model, pruner, options, rate
ORDER BY rate;
