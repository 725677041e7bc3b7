/*
 * speedup-vs-accuracy: one row per panel, series and rate. After the columns that all figures
 * share (plots/render.h):
 *
 *     13 speedup          charged seconds of full over those of this, seed by seed, median
 *     14 low  15 high     of the speedup over the same seeds: the quartiles where every point of
 *                         the figure has 5 seeds or more, else the lowest and the highest
 *     16 accuracy         on the test set after the last epoch, 0..1, median over the same seeds
 *     17 low  18 high
 *     19 tail             which of the two: 0.25 or 0
 *     20 front            1: nothing here is both faster and more accurate (Pareto)
 */
WITH
run AS (
    SELECT *
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL AND charged_s > 0
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
pair AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.accuracy,
           f.charged_s / r.charged_s AS speedup
    FROM run r
    JOIN run f ON f.dataset = r.dataset AND f.model = r.model AND f.seed = r.seed
              AND f.pruner = 'full'
),
point AS (
    SELECT *,
           row_number() OVER (arm ORDER BY speedup) - 1 AS speedup_rank,
           row_number() OVER (arm ORDER BY accuracy) - 1 AS accuracy_rank,
           count(*) OVER arm AS n
    FROM pair
    WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate)
),
band AS (SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail FROM point),
-- Quantiles as in accuracy-vs-time.sql.
summary AS (
    SELECT dataset, model, pruner, options, rate, max(n) AS n, tail,
           sum(speedup * max(0.0, 1 - abs(speedup_rank - (n - 1) * 0.5))) AS speedup,
           sum(speedup * max(0.0, 1 - abs(speedup_rank - (n - 1) * tail))) AS speedup_low,
           sum(speedup * max(0.0, 1 - abs(speedup_rank - (n - 1) * (1 - tail)))) AS speedup_high,
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
       rate, speedup, speedup_low, speedup_high, accuracy, low, high, tail,
       NOT EXISTS (
           SELECT 1 FROM summary b
           WHERE b.dataset = a.dataset AND b.model = a.model
                 AND b.speedup >= a.speedup AND b.accuracy >= a.accuracy
                 AND (b.speedup > a.speedup OR b.accuracy > a.accuracy)
       ) AS front
FROM summary a JOIN series USING (pruner, options)
ORDER BY block, rate;
