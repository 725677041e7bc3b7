/*
 * gap-theory: one row per panel, series, rate and seed: the generalization gap that was observed,
 * and what Yang et al. (ICLR 2023) say that it grows with (v_generalization), of dp with any
 * options, dp-eps, and full data, whose rate is 0. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 seed
 *     14 predicted                 (m + eps) / N
 *     15 gap                       test loss - loss on all training samples
 *     16 place                     of the seed in its arm, from 1
 *     17 mean_predicted  18 low  19 high    of the arm's seeds
 *     20 mean_gap        21 low  22 high
 *     23 slope  24 intercept       of the line of least squares through the panel's runs
 *     25 correlation               Pearson's, of a seed's runs, mean over the panel's seeds; NaN:
 *                                  no seed has three runs
 *     26 low  27 high              of the seeds
 *     28 seeds                     that have a correlation
 */
WITH
all_run AS MATERIALIZED (SELECT * FROM v_generalization WHERE experiment = :experiment),
run AS (
    SELECT * FROM all_run
    WHERE (dataset, model) IN (SELECT dataset, model FROM all_run WHERE pruner <> 'full')
),
moment AS (
    SELECT *, xy - x * y AS both, xx - x * x AS xx2, yy - y * y AS yy2
    FROM (SELECT dataset, model, seed, count(*) AS n, avg(predicted) AS x, avg(gap) AS y,
                 avg(predicted * predicted) AS xx, avg(gap * gap) AS yy, avg(predicted * gap) AS xy
          FROM run
          GROUP BY dataset, model, seed
          UNION ALL
          SELECT dataset, model, NULL, count(*), avg(predicted), avg(gap),
                 avg(predicted * predicted), avg(gap * gap), avg(predicted * gap)
          FROM run
          GROUP BY dataset, model)
),
line AS (
    SELECT dataset, model,
           max(both / xx2) FILTER (WHERE seed IS NULL AND xx2 > 0) AS slope,
           max(y - x * both / xx2) FILTER (WHERE seed IS NULL AND xx2 > 0) AS intercept,
           avg(both / sqrt(xx2 * yy2)) FILTER (WHERE correlates) AS correlation,
           min(both / sqrt(xx2 * yy2)) FILTER (WHERE correlates) AS correlation_low,
           max(both / sqrt(xx2 * yy2)) FILTER (WHERE correlates) AS correlation_high,
           sum(correlates) AS seeds
    FROM (SELECT *, seed IS NOT NULL AND n > 2 AND xx2 > 0 AND yy2 > 0 AS correlates FROM moment)
    GROUP BY dataset, model
)
SELECT dataset, model, pruner, options, rate, count(*) OVER arm AS n, seed, predicted, gap,
       row_number() OVER (PARTITION BY dataset, model, pruner, options, rate ORDER BY seed)
           AS place,
       avg(predicted) OVER arm AS mean_predicted, min(predicted) OVER arm AS predicted_low,
       max(predicted) OVER arm AS predicted_high,
       avg(gap) OVER arm AS mean_gap, min(gap) OVER arm AS gap_low, max(gap) OVER arm AS gap_high,
       slope, intercept, correlation, correlation_low, correlation_high, seeds
FROM run JOIN line USING (dataset, model)
WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate)
ORDER BY rate, seed;
