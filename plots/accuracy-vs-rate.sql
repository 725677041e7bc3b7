/*
 * accuracy-vs-rate: one row per panel, series and rate. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 pruned           share of the training samples that were spared, 1 - kept_fraction, median
 *                         over seeds: measured, because some pruners decide themselves how many
 *                         they keep
 *     14 accuracy         on the test set after the last epoch, 0..1, median over seeds
 *     15 low  16 high     of the accuracy over the same seeds: the quartiles where every point of
 *                         the figure has 5 seeds or more, else the lowest and the highest
 *     17 tail             which of the two: 0.25 or 0
 *     18 reference        1: nothing was pruned (full), so that it holds for every rate
 *     19 gap              the smallest distance between two rates
 */
WITH
run AS (
    SELECT *, coalesce(1 - kept_fraction, rate) AS pruned
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
),
gap AS (
    SELECT coalesce(min(rate - lower), 0.2) AS gap
    FROM (SELECT rate, lag(rate) OVER (ORDER BY rate) AS lower FROM (SELECT DISTINCT rate FROM run))
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM run GROUP BY dataset, model, pruner, options, rate)
),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n, median(pruned) AS pruned,
           median(accuracy) AS accuracy, quantile(accuracy, tail) AS low,
           quantile(accuracy, 1 - tail) AS high, tail
    FROM run, band
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dataset, model, pruner, options, rate, n, pruned, accuracy, low, high, tail,
       max(pruned) OVER (PARTITION BY dataset, model, pruner, options) < 0.001 AS reference, gap
FROM summary, gap
ORDER BY pruned;
