/*
 * versus-random: one row per panel, pruner and rate that can be compared with a random control at
 * the number of samples that it processed (v_versus_summary). After the columns that all figures
 * share (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column; the last one may be for own budgets
 *     14 own              1: in that one, since the pruner has no rate, or processes more than 5 %
 *                         of all samples more or fewer than its rate leaves
 *     15 line             in the pruner's row, from 0: own budgets have one each
 *     16 processed        share of the samples that were trained on, mean over seeds
 *     17 difference       of test accuracy after the last epoch to `random`, mean over seeds
 *     18 low  19 high     its 95 % interval; NaN: one seed, or all have the same difference
 *     20 verdict          better, worse, undecided; NaN: one seed
 *     21 dynamic          the difference to `random-dynamic`; NaN: there is none
 *     22 place            of the pruner in its panel, from 1: by its mean difference over rates
 *     23 left_out         pruners and rates of the experiment that no control can be compared with:
 *                         they process fewer samples than the smallest run of random, say
 */
WITH
versus AS (
    SELECT *, max(random_n, dynamic_n) AS n,
           rate = 0 OR abs(processed - (1 - rate)) > 0.05 AS own
    FROM v_versus_summary
    WHERE experiment = :experiment AND max(random_n, dynamic_n) > 0
),
arm AS (
    SELECT dataset, model, pruner, options,
           row_number() OVER (
               PARTITION BY dataset, model
               ORDER BY avg(random_difference) DESC NULLS LAST, avg(dynamic_difference) DESC,
                        pruner, options
           ) AS place
    FROM versus
    GROUP BY dataset, model, pruner, options
)
SELECT dataset, model, pruner, options, rate, n, iif(own, 1, rate) AS facet,
       own,
       iif(own, row_number() OVER (PARTITION BY dataset, model, pruner, options, own
                                   ORDER BY processed DESC, rate) - 1, 0) AS line,
       processed, random_difference AS difference, random_low AS low, random_high AS high,
       random_verdict AS verdict, dynamic_difference AS dynamic, place,
       (SELECT count(*) FROM v_versus_summary
        WHERE experiment = :experiment AND max(random_n, dynamic_n) = 0) AS left_out
FROM versus JOIN arm USING (dataset, model, pruner, options)
ORDER BY line;
