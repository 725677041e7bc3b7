/*
 * overlap: one row per panel, rate and pair of pruners, either way round: how much of the smaller
 * subset is in the larger one, seed by seed, where both were in force halfway through training (a
 * static pruner's always is), means over seeds. Subsets that leave nothing out are not compared.
 * After the columns that all figures share (plots/render.h):
 *
 *     13 facet            from 1, by rate
 *     14 other            the label of the other pruner
 *     15 overlap          |A and B| / min(|A|, |B|), 0..1
 *     16 low  17 high     of the seeds
 *     18 chance           what it would be by chance: max(|A|, |B|) / n
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done' AND rate > 0),
halfway AS (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, s.n, s.kept, s.bitmap,
           s.positions,
           row_number() OVER (PARTITION BY r.attempt ORDER BY s.epoch DESC) AS back
    FROM run r
    JOIN v_selection s ON s.attempt = r.attempt
    WHERE 2 * s.epoch <= (SELECT max(e.epoch) FROM v_epoch e WHERE e.attempt = r.attempt)
),
subset AS MATERIALIZED (
    SELECT * FROM halfway WHERE back = 1 AND kept > 0 AND kept < n
),
pair AS (
    SELECT a.dataset, a.model, a.rate, a.seed, a.pruner, a.options,
           b.pruner AS other_pruner, b.options AS other_options,
           1.0 * kept_both(a.bitmap, b.bitmap, a.positions = b.positions)
               / min(a.kept, b.kept) AS overlap,
           1.0 * max(a.kept, b.kept) / a.n AS chance
    FROM subset a
    JOIN subset b ON b.dataset = a.dataset AND b.model = a.model AND b.rate = a.rate
                 AND b.seed = a.seed AND b.n = a.n
                 AND (b.pruner, b.options) > (a.pruner, a.options)
),
summary AS (
    SELECT dataset, model, rate, pruner, options, other_pruner, other_options, count(*) AS n,
           avg(overlap) AS overlap, min(overlap) AS low, max(overlap) AS high,
           avg(chance) AS chance
    FROM pair
    GROUP BY dataset, model, rate, pruner, options, other_pruner, other_options
),
both AS (
    SELECT * FROM summary
    UNION ALL
    SELECT dataset, model, rate, other_pruner, other_options, pruner, options, n, overlap, low,
           high, chance
    FROM summary
)
SELECT dataset, model, b.pruner AS pruner, b.options AS options, rate, n, rate AS facet,
       s.label AS other, overlap, low, high, chance
FROM both b
JOIN v_series s ON s.experiment = :experiment AND s.pruner = b.other_pruner
               AND s.options = b.other_options
ORDER BY other;
