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
pair AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.accuracy,
           f.charged_s / r.charged_s AS speedup
    FROM run r
    JOIN run f ON f.dataset = r.dataset AND f.model = r.model AND f.seed = r.seed
              AND f.pruner = 'full'
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM pair GROUP BY dataset, model, pruner, options, rate)
),
summary AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n, median(speedup) AS speedup,
           quantile(speedup, tail) AS speedup_low, quantile(speedup, 1 - tail) AS speedup_high,
           median(accuracy) AS accuracy, quantile(accuracy, tail) AS low,
           quantile(accuracy, 1 - tail) AS high, tail
    FROM pair, band
    GROUP BY dataset, model, pruner, options, rate
)
SELECT *,
       NOT EXISTS (
           SELECT 1 FROM summary b
           WHERE b.dataset = a.dataset AND b.model = a.model
                 AND b.speedup >= a.speedup AND b.accuracy >= a.accuracy
                 AND (b.speedup > a.speedup OR b.accuracy > a.accuracy)
       ) AS front
FROM summary a
ORDER BY rate;
