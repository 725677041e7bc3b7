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
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
gap AS (
    SELECT coalesce(min(rate - lower), 0.2) AS gap
    FROM (SELECT rate, lag(rate) OVER (ORDER BY rate) AS lower FROM (SELECT DISTINCT rate FROM run))
),
point AS (
    SELECT dataset, model, pruner, options, rate, pruned, accuracy,
           row_number() OVER (seeds ORDER BY pruned) - 1 AS pruned_rank,
           row_number() OVER (seeds ORDER BY accuracy) - 1 AS accuracy_rank,
           count(*) OVER seeds AS n
    FROM run
    WINDOW seeds AS (PARTITION BY dataset, model, pruner, options, rate)
),
band AS (SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail FROM point),
-- Quantiles as in accuracy-vs-time.sql.
summary AS (
    SELECT dataset, model, pruner, options, rate, max(n) AS n, tail,
           sum(pruned * max(0.0, 1 - abs(pruned_rank - (n - 1) * 0.5))) AS pruned,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * 0.5))) AS accuracy,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * tail))) AS low,
           sum(accuracy * max(0.0, 1 - abs(accuracy_rank - (n - 1) * (1 - tail)))) AS high
    FROM point, band
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dense_rank() OVER (ORDER BY dataset, model, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM run WHERE timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model) AS panel,
       dataset, model, pruner, variant, label,
       rate, pruned, accuracy, low, high, tail,
       max(pruned) OVER (PARTITION BY dataset, model, pruner, options) < 0.001 AS reference,
       gap
FROM summary JOIN series USING (pruner, options), gap
ORDER BY block, pruned;
