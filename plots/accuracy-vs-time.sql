/*
 * accuracy-vs-time: one row per panel, series and epoch. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 epoch
 *     15 charged_s        at the end of this epoch, median over seeds
 *     16 accuracy         on the test set, 0..1, median over seeds
 *     17 low  18 high     of the accuracy over the same seeds: the quartiles where every point of
 *                         the figure has 5 seeds or more, else the lowest and the highest
 *     19 tail             which of the two: 0.25 or 0
 *     20 targets          the experiment's accuracies, separated by blanks
 *     21 conditions       different ones (v_run) that a panel's runs were timed under, at most
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
point AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, e.epoch, e.charged_s,
           e.test_accuracy AS accuracy
    FROM run r
    JOIN v_epoch e ON e.attempt = r.attempt
    WHERE e.test_accuracy IS NOT NULL AND e.charged_s > 0
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM point GROUP BY dataset, model, pruner, options, rate, epoch)
)
SELECT dataset, model, pruner, options, rate, NULL AS block, count(*) AS n, NULL AS facet, epoch,
       median(charged_s) AS charged_s, median(accuracy) AS accuracy,
       quantile(accuracy, tail) AS low, quantile(accuracy, 1 - tail) AS high, tail,
       (SELECT coalesce(group_concat(value, ' '), '')
        FROM v_experiment x, json_each(x.targets) WHERE x.experiment = :experiment) AS targets,
       (SELECT max(several) FROM (SELECT count(DISTINCT condition) AS several FROM run
                                  GROUP BY dataset, model)) AS conditions
FROM point, band
GROUP BY dataset, model, pruner, options, rate, epoch
ORDER BY epoch;
