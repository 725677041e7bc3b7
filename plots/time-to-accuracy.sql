/*
 * time-to-accuracy: one row per target, dataset, model, series, rate and seed. A run that did not
 * reach the target is there like any other (v_time_to_accuracy); a diverged one too. After the
 * columns that all figures share (plots/render.h), whose panels are one for each target besides:
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 target           test accuracy, 0..1
 *     15 seed
 *     16 reached          1: in the epoch whose time follows
 *     17 charged_s        NaN: not reached
 *     18 watched_s        charged until the last epoch that was measured
 *     19 reached_n        runs of the arm that did
 *     20 median_s         of the arm's seeds, where not reached counts as infinite; NaN: it is
 *     21 told             1: the first of the arm's runs that did not
 */
WITH
-- What has no rate (full) is a reference: it is in the panel of every rate.
run AS (
    SELECT *, max(rate) OVER (PARTITION BY dataset, model, pruner, options) = 0 AS reference
    FROM v_time_to_accuracy
    WHERE experiment = :experiment
),
series AS (SELECT pruner, options, variant, label FROM v_series WHERE experiment = :experiment),
facet AS (
    SELECT DISTINCT rate FROM run WHERE NOT reference
    UNION
    SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM run WHERE NOT reference)
),
point AS (
    SELECT r.dataset, r.model, r.pruner, r.options, f.rate, r.target, r.seed, r.reached,
           r.charged_s, coalesce(r.watched_s, 0.0) AS watched_s,
           row_number() OVER (arm ORDER BY r.charged_s NULLS LAST, r.seed) AS place,
           count(*) OVER arm AS n, sum(r.reached) OVER arm AS reached_n
    FROM run r
    JOIN facet f ON r.reference OR r.rate = f.rate
    WINDOW arm AS (PARTITION BY r.dataset, r.model, r.pruner, r.options, f.rate, r.target)
),
middle AS ( -- the one run in the middle, or the two there
    SELECT *,
           iif(reached_n >= (n + 2) / 2,
               avg(charged_s) FILTER (WHERE place IN ((n + 1) / 2, (n + 2) / 2))
                   OVER (PARTITION BY dataset, model, pruner, options, rate, target),
               NULL) AS median_s
    FROM point
)
SELECT dense_rank() OVER (ORDER BY dataset, model, target, pruner, options) - 1 AS block,
       :experiment AS experiment,
       (SELECT count(*) FROM v_run WHERE experiment = :experiment AND state <> 'done')
           AS unfinished,
       (SELECT count(*) FROM v_run
        WHERE experiment = :experiment AND state = 'done' AND timing_valid = 0) AS doubtful,
       n,
       dense_rank() OVER (ORDER BY dataset, model, target) AS panel,
       dataset, model, pruner, variant, label,
       rate,
       dense_rank() OVER (ORDER BY rate) AS facet,
       target, seed, reached, charged_s, watched_s, reached_n, median_s,
       place = reached_n + 1 AS told
FROM middle JOIN series USING (pruner, options)
ORDER BY block, facet, seed;
