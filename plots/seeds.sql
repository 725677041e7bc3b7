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
-- Finished cells. What has no rate (full) is a reference: it is in the panel of every rate.
run AS (
    SELECT *, max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0 AS reference
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
facet AS (
    SELECT DISTINCT rate FROM run WHERE NOT reference
    UNION
    SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM run WHERE NOT reference)
),
point AS (
    SELECT r.dataset, r.model, r.pruner, r.options, f.rate, r.seed, r.accuracy,
           row_number() OVER (arm ORDER BY r.accuracy) - 1 AS place,
           count(*) OVER arm AS n, min(r.accuracy) OVER arm AS low,
           max(r.accuracy) OVER arm AS high
    FROM run r
    JOIN facet f ON r.reference OR r.rate = f.rate
    WINDOW arm AS (PARTITION BY r.dataset, r.model, r.pruner, r.options, f.rate)
),
middle AS (
    SELECT *,
           sum(accuracy * max(0.0, 1 - abs(place - (n - 1) * 0.5)))
               OVER (PARTITION BY dataset, model, pruner, options, rate) AS median
    FROM point
)
SELECT dense_rank() OVER (ORDER BY dataset, model, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM run WHERE timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model) AS panel,
       dataset, model, pruner, variant, label,
       rate,
       dense_rank() OVER (ORDER BY rate) AS facet,
       seed, accuracy, median, low, high
FROM middle JOIN series USING (pruner, options)
ORDER BY block, facet, seed;
