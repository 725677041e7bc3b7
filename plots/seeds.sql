/*
 * seeds: one row per panel, series, rate and seed. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 seed
 *     15 accuracy         on the test set after the last epoch, 0..1
 *     16 median           of the arm's seeds
 *     17 low  18 high     of the arm's seeds
 */
WITH
run AS (
    SELECT *
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
),
arm AS (
    SELECT dataset, model, pruner, options, rate, count(*) AS n, median(accuracy) AS median,
           min(accuracy) AS low, max(accuracy) AS high
    FROM run
    GROUP BY dataset, model, pruner, options, rate
)
SELECT dataset, model, pruner, options, rate, n, NULL AS facet, seed, accuracy, median, low, high
FROM run JOIN arm USING (dataset, model, pruner, options, rate)
ORDER BY seed;
