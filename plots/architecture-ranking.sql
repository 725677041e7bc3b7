/*
 * architecture-ranking: one row per panel, facet, network and seed: its test accuracy on a subset
 * beside that on full data with the same seed; of full data itself, with the next seed: how well
 * it can be known. Where three networks or more were trained on both (v_ranking). After the columns
 * that all figures share (plots/render.h), where a panel is a dataset, and the model counts the
 * networks:
 *
 *     13 facet            from 1: a pruner with its options, and a rate; full data is the first
 *     14 network
 *     15 seed
 *     16 full             test accuracy after the last epoch, 0..1, on full data
 *     17 accuracy         on the subset
 *     18 place            of the seed, from 1
 *     19 mean_full  20 mean_accuracy    over the network's seeds; NaN: full data, whose pairs share
 *                                       seeds
 *     21 spearman         correlation of a seed's accuracies over the networks, mean over seeds
 *     22 low  23 high     of the seeds
 */
WITH
run AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, seed, accuracy
    FROM v_run
    WHERE experiment = :experiment AND state = 'done' AND accuracy IS NOT NULL
),
ranking AS MATERIALIZED (SELECT * FROM v_ranking WHERE experiment = :experiment),
arm AS (
    SELECT dataset, pruner, options, rate, count(*) AS n, avg(spearman) AS spearman,
           min(spearman) AS low, max(spearman) AS high
    FROM ranking
    GROUP BY dataset, pruner, options, rate
),
series AS (SELECT pruner, options, position FROM v_series WHERE experiment = :experiment),
pair AS MATERIALIZED (
    SELECT r.*, f.accuracy AS full_accuracy
    FROM run r
    JOIN run f ON f.pruner = 'full' AND f.dataset = r.dataset AND f.model = r.model
              AND f.seed = r.seed + (r.pruner = 'full')
    WHERE (r.dataset, r.pruner, r.options, r.rate, r.seed)
          IN (SELECT dataset, pruner, options, rate, seed FROM ranking)
),
networks AS (SELECT dataset, count(DISTINCT model) AS networks FROM pair GROUP BY dataset)
SELECT dataset, networks || ' networks' AS model, pruner, options, rate, n,
       dense_rank() OVER (ORDER BY pruner <> 'full', position, pruner, options, rate) AS facet,
       p.model AS network, seed, full_accuracy AS full, accuracy,
       row_number() OVER (PARTITION BY dataset, pruner, options, rate, p.model ORDER BY seed)
           AS place,
       iif(pruner = 'full', NULL, avg(full_accuracy) OVER network) AS mean_full,
       iif(pruner = 'full', NULL, avg(accuracy) OVER network) AS mean_accuracy,
       spearman, low, high
FROM pair p
JOIN arm USING (dataset, pruner, options, rate)
JOIN series USING (pruner, options)
JOIN networks USING (dataset)
WINDOW network AS (PARTITION BY dataset, pruner, options, rate, p.model)
ORDER BY network, seed;
