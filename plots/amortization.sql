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
    SELECT *, iif(EXISTS (SELECT 1 FROM v_selection s WHERE s.attempt = r.attempt AND s.epoch > 0),
                  0.0, coalesce(score_s, 0.0)) AS shared_s
    FROM v_run r
    WHERE experiment = :experiment AND state = 'done' AND charged_s > 0
),
sharing (trainings) AS (
    VALUES (1), (2), (3), (5), (7), (10), (20), (30), (50), (70), (100), (200), (300), (500), (1000)
),
pair AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate,
           r.shared_s / d.charged_s AS shared, (r.charged_s - r.shared_s) / d.charged_s AS own
    FROM run r
    JOIN run d ON d.dataset = r.dataset AND d.model = r.model AND d.seed = r.seed
              AND d.pruner = 'full'
),
-- The first number of trainings that is enough, seed by seed; infinite where none is.
enough AS (
    SELECT *, iif(own >= 1, 1e99, max(1.0, floor(shared / (1 - own)) + 1)) AS k FROM pair
),
point AS (
    SELECT *, row_number() OVER (arm ORDER BY k) AS place, count(*) OVER arm AS seeds
    FROM enough
    WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate)
),
band AS (SELECT iif(min(seeds) >= 5, 0.25, 0.0) AS tail FROM point)
SELECT dataset, model, pruner, options, rate, NULL AS block, count(*) AS n, NULL AS facet,
       trainings, median(shared / trainings + own) AS ratio,
       quantile(shared / trainings + own, tail) AS low,
       quantile(shared / trainings + own, 1 - tail) AS high, tail,
       iif(pruner = 'full', NULL,
           nullif(max(k) FILTER (WHERE place = (seeds + 2) / 2), 1e99)) AS pays_from
FROM point, sharing, band
GROUP BY dataset, model, pruner, options, rate, trainings
ORDER BY trainings;
