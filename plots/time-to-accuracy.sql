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
point AS (
    SELECT *,
           row_number() OVER (arm ORDER BY charged_s NULLS LAST, seed) AS place,
           count(*) OVER arm AS n, sum(reached) OVER arm AS reached_n
    FROM v_time_to_accuracy
    WHERE experiment = :experiment
          AND EXISTS (SELECT 1 FROM v_time_to_accuracy
                      WHERE experiment = :experiment AND coalesce(charged_s, watched_s) > 0)
    WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate, target)
)
SELECT dataset, model, target AS panel, pruner, options, rate, n, NULL AS facet, target, seed,
       reached, charged_s, coalesce(watched_s, 0.0) AS watched_s, reached_n,
       iif(reached_n >= (n + 2) / 2, -- the one run in the middle, or the two there
           avg(charged_s) FILTER (WHERE place IN ((n + 1) / 2, (n + 2) / 2)) OVER arm, NULL)
           AS median_s,
       place = reached_n + 1 AS told
FROM point
WINDOW arm AS (PARTITION BY dataset, model, pruner, options, rate, target)
ORDER BY seed;
