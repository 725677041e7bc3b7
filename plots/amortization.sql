/*
 * amortization: one row per panel, series, rate and number of trainings. What a training costs
 * where k of them share the scores, as a share of one on full data: (score / k + select + train) /
 * full, seed by seed. Nothing can be shared of a pruner that chose more than once, as it looks
 * again in every training: its line is flat. After the columns that all figures share
 * (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 trainings        k: 1, 2, 3, 5, ... 1000
 *     15 ratio            median over seeds
 *     16 low  17 high     the quartiles where every point of the figure has 5 seeds or more, else
 *                         the lowest and the highest
 *     18 tail             which of the two: 0.25 or 0
 *     19 pays_from        the least k that costs less than full, in most of the seeds; NaN: none
 */
WITH
run AS (
    SELECT *, max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0 AS reference,
           iif(EXISTS (SELECT 1 FROM v_selection s WHERE s.attempt = r.attempt AND s.epoch > 0),
               0.0, score_s) AS shared_s
    FROM v_run r
    WHERE experiment = :experiment AND state = 'done' AND charged_s > 0
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
facet AS (
    SELECT DISTINCT rate FROM run WHERE NOT reference
    UNION
    SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM run WHERE NOT reference)
),
sharing (trainings) AS (
    VALUES (1), (2), (3), (5), (7), (10), (20), (30), (50), (70), (100), (200), (300), (500), (1000)
),
pair AS (
    SELECT r.dataset, r.model, r.pruner, r.options, f.rate, r.seed,
           r.shared_s / d.charged_s AS shared, (r.charged_s - r.shared_s) / d.charged_s AS own
    FROM run r
    JOIN run d ON d.dataset = r.dataset AND d.model = r.model AND d.seed = r.seed
              AND d.pruner = 'full'
    JOIN facet f ON r.reference OR r.rate = f.rate
),
point AS (
    SELECT p.*, k.trainings, shared / k.trainings + own AS ratio,
           row_number() OVER (arm ORDER BY shared / k.trainings + own) - 1 AS place,
           count(*) OVER arm AS n
    FROM pair p, sharing k
    WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate, trainings)
),
band AS (SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail FROM point),
-- Quantiles as in accuracy-vs-time.sql.
summary AS (
    SELECT dataset, model, pruner, options, rate, trainings, max(n) AS n, tail,
           sum(ratio * max(0.0, 1 - abs(place - (n - 1) * 0.5))) AS ratio,
           sum(ratio * max(0.0, 1 - abs(place - (n - 1) * tail))) AS low,
           sum(ratio * max(0.0, 1 - abs(place - (n - 1) * (1 - tail)))) AS high
    FROM point, band
    GROUP BY dataset, model, pruner, options, rate, trainings
),
-- Seed by seed, then the median: the first k that is enough; infinite where none is.
pays AS (
    SELECT dataset, model, pruner, options, rate,
           iif(own >= 1, 1e99, max(1.0, floor(shared / (1 - own)) + 1)) AS k,
           row_number() OVER (
               PARTITION BY dataset, model, pruner, options, rate
               ORDER BY iif(own >= 1, 1e99, max(1.0, floor(shared / (1 - own)) + 1))
           ) AS place,
           count(*) OVER (PARTITION BY dataset, model, pruner, options, rate) AS n
    FROM pair
),
pays_from AS (
    SELECT dataset, model, pruner, options, rate, nullif(max(k), 1e99) AS pays_from
    FROM pays
    WHERE place = (n + 2) / 2
    GROUP BY dataset, model, pruner, options, rate
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
       trainings, ratio, low, high, tail, iif(pruner = 'full', NULL, pays_from) AS pays_from
FROM summary JOIN series USING (pruner, options)
     JOIN pays_from USING (dataset, model, pruner, options, rate)
ORDER BY block, trainings;
