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
 *
 * By hand, in `sqlite3 results/quickstart.db`:
 *
 *     .parameter set :experiment "'quickstart'"
 *     .read plots/accuracy-vs-time.sql
 */
WITH
-- Finished cells. What has no rate (full) is a reference: it is in the panel of every rate.
run AS (
    SELECT *, max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0 AS reference
    FROM v_run
    WHERE experiment = :experiment AND state = 'done'
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
facet AS (
    SELECT DISTINCT rate FROM run WHERE NOT reference
    UNION
    SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM run WHERE NOT reference)
),
point AS (
    SELECT r.dataset, r.model, r.pruner, r.options, f.rate, e.epoch,
           e.charged_s, e.test_accuracy AS accuracy,
           row_number() OVER (seeds ORDER BY e.charged_s) - 1 AS time_rank,
           row_number() OVER (seeds ORDER BY e.test_accuracy) - 1 AS accuracy_rank,
           count(*) OVER seeds AS n
    FROM run r
    JOIN facet f ON r.reference OR r.rate = f.rate
    JOIN v_epoch e ON e.attempt = r.attempt
    WHERE e.test_accuracy IS NOT NULL AND e.charged_s > 0
    WINDOW seeds AS (PARTITION BY r.dataset, r.model, r.pruner, r.options, f.rate, e.epoch)
),
band AS (SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail FROM point),
-- Quantile q of n sorted values lies at position (n - 1) q, between two of them: each value weighs
-- 1 minus its distance from there, or nothing (R's type 7).
summary AS (
    SELECT dataset, model, pruner, options, rate, epoch, max(n) AS n, tail,
           sum(charged_s * max(0.0, 1 - abs(time_rank - (n - 1) * 0.5))) AS charged_s,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * 0.5))) AS accuracy,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * tail))) AS low,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * (1 - tail)))) AS high
    FROM point, band
    GROUP BY dataset, model, pruner, options, rate, epoch
)
SELECT dense_rank() OVER (ORDER BY dataset, model, rate, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM run WHERE timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model) AS panel,
       dataset, model, pruner, variant, label,
       rate,
       dense_rank() OVER (ORDER BY rate) AS facet,
       epoch, charged_s, accuracy, low, high, tail,
       (SELECT coalesce(group_concat(value, ' '), '')
        FROM v_experiment x, json_each(x.targets) WHERE x.experiment = :experiment) AS targets,
       (SELECT max(several) FROM (SELECT count(DISTINCT condition) AS several FROM run
                                  GROUP BY dataset, model)) AS conditions
FROM summary JOIN series USING (pruner, options)
ORDER BY block, epoch;
