/*
 * transfer: one row per panel, series and rate: test accuracy minus that of a random subset, of the
 * pruners that chose with another network than the one that is trained (prune_with), of the same
 * pruners' own choice, and of full data. After the columns that all figures share (plots/render.h),
 * where the rate of full data is that of the random subset:
 *
 *     13 pruned           share of the samples that were left out, mean over seeds; of full data,
 *                         by the random subset
 *     14 difference       of test accuracy after the last epoch to `random`, seed by seed, mean
 *     15 low  16 high     its 95 % interval; NaN: one seed, all the same, or full data
 *     17 chosen_with      the network that chose; empty: the one that is trained
 *     18 choosers         networks other than that which chose, in all of the experiment
 *     19 gap              the smallest distance between two rates
 */
WITH
chooser AS MATERIALIZED (
    SELECT DISTINCT pruner, options, coalesce(chosen_with, '') AS chosen_with,
           -- The pruner's own options.
           trim(replace(options, 'prune_with=' || coalesce(chosen_with, ''), '')) AS own
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
),
-- Variants and labels within a pruner; what another network chose comes first.
series AS (
    SELECT *,
           row_number() OVER (PARTITION BY pruner ORDER BY own, chosen_with = '', chosen_with) - 1
               AS variant,
           pruner || iif(count(*) FILTER (WHERE chosen_with = '') OVER (PARTITION BY pruner) > 1
                         AND own <> '', ' ' || own, '')
           || CASE WHEN chosen_with = '' THEN ', its own'
                   WHEN (SELECT count(DISTINCT chosen_with) FROM chooser WHERE chosen_with <> '')
                        > 1
                   THEN ', of ' || chosen_with
                   ELSE ', another''s' END AS label
    FROM chooser
    WHERE (pruner, own) IN (SELECT pruner, own FROM chooser WHERE chosen_with <> '')
),
chosen AS (
    SELECT v.dataset, v.model, v.pruner, v.options, v.rate, v.random_n AS n,
           1 - v.processed AS pruned, v.random_difference AS difference, v.random_low AS low,
           v.random_high AS high, s.variant, s.label, s.chosen_with
    FROM v_versus_summary v
    JOIN series s ON s.pruner = v.pruner AND s.options = v.options
    WHERE v.experiment = :experiment AND v.random_n > 0
),
full_data AS (
    SELECT f.dataset, f.model, f.pruner, f.options, r.rate, count(*) AS n,
           avg(1 - r.kept_fraction) AS pruned, avg(f.accuracy - r.accuracy) AS difference,
           NULL AS low, NULL AS high, 0 AS variant, 'full' AS label, '' AS chosen_with
    FROM v_run f
    JOIN v_run r ON r.experiment = f.experiment AND r.dataset = f.dataset AND r.model = f.model
                AND r.seed = f.seed
    WHERE f.experiment = :experiment AND f.pruner = 'full' AND r.pruner = 'random'
          AND f.state = 'done' AND r.state = 'done'
          -- Of several sets of options the one that v_versus takes too.
          AND r.options = (SELECT options FROM v_run
                           WHERE experiment = :experiment AND pruner = 'random'
                           ORDER BY position LIMIT 1)
          AND (f.dataset, f.model, r.rate) IN (SELECT dataset, model, rate FROM chosen)
    GROUP BY f.dataset, f.model, r.rate
),
point AS (SELECT * FROM chosen UNION ALL SELECT * FROM full_data),
gap AS (
    SELECT coalesce(min(rate - lower), 0.2) AS gap
    FROM (SELECT rate, lag(rate) OVER (ORDER BY rate) AS lower
          FROM (SELECT DISTINCT rate FROM point))
)
SELECT dataset, model, pruner, options, variant, label, rate, n, pruned, difference, low, high,
       chosen_with,
       (SELECT count(DISTINCT chosen_with) FROM chooser WHERE chosen_with <> '') AS choosers, gap
FROM point, gap
WHERE (dataset, model) IN (SELECT dataset, model FROM chosen WHERE chosen_with <> '')
ORDER BY pruned;
