/*
 * selection-heat-map: one row per panel, dynamic pruner, rate and checkpoint, of the first seed:
 * which samples were kept from then on. Dynamic: it chose at least twice. The samples are sorted
 * by how often they were kept, most first, and put into 40 bins of equal size. After the columns
 * that all figures share (plots/render.h):
 *
 *     13 facet            from 1, by rate: the panel's column
 *     14 seed
 *     15 epochs           of the run
 *     16 epoch            from which on, from 0
 *     17 kept             of each bin, per cent, separated by blanks
 *     18 seeds            whose share of each bin is known from then on
 *     19 apart            lowest to highest over these, per cent, the largest of the bins
 *     20 apart_mean       mean over the bins
 */
WITH
run AS (SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done'),
first AS (
    SELECT *, min(seed) OVER (PARTITION BY dataset, model, pruner, options, rate) AS first_seed
    FROM run
),
chosen AS MATERIALIZED (
    SELECT r.dataset, r.model, r.pruner, r.options, r.rate, r.seed, r.first_seed, r.attempt,
           kept_map(s.bitmap, s.n, s.epoch, 40) AS map
    FROM first r
    JOIN v_selection s ON s.attempt = r.attempt
    GROUP BY r.attempt
    HAVING count(*) > 1 AND min(s.kept) < max(s.n)
),
-- How far the seeds lie apart in each bin at each checkpoint.
bin AS (
    SELECT c.dataset, c.model, c.pruner, c.options, c.rate,
           json_extract(m.value, '$.epoch') AS epoch, count(*) AS seeds,
           max(k.value) - min(k.value) AS apart
    FROM chosen c, json_each(c.map) m, json_each(m.value, '$.kept') k
    GROUP BY c.dataset, c.model, c.pruner, c.options, c.rate, epoch, k.key
),
spread AS (
    SELECT dataset, model, pruner, options, rate, epoch, max(seeds) AS seeds,
           100 * max(apart) AS apart, 100 * avg(apart) AS apart_mean
    FROM bin
    GROUP BY dataset, model, pruner, options, rate, epoch
),
checkpoint AS (
    SELECT c.dataset, c.model, c.pruner, c.options, c.rate, c.seed,
           (SELECT max(e.epoch) FROM v_epoch e WHERE e.attempt = c.attempt) AS epochs,
           json_extract(m.value, '$.epoch') AS epoch,
           (SELECT group_concat(fixed(100 * k.value, 0), ' ')
            FROM json_each(m.value, '$.kept') k) AS kept
    FROM chosen c, json_each(c.map) m
    WHERE c.seed = c.first_seed
)
SELECT dataset, model, pruner, options, rate, 1 AS n, rate AS facet,
       seed, max(epochs, epoch + 1) AS epochs, epoch, kept, seeds, apart, apart_mean
FROM checkpoint
JOIN spread USING (dataset, model, pruner, options, rate, epoch)
ORDER BY epoch;
