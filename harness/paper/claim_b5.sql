-- B5: Spearman's correlation over networks of the accuracies on a subset with those on full data of
-- the same seed, for the subset of dp. Shown too: those of other subsets, and of full data with the
-- next seed. As the full data does: above 0.9 (our reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful; harness/paper_claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, seed, accuracy, position
    FROM v_run
    WHERE experiment = :experiment AND state = 'done'
), pair AS MATERIALIZED ( -- full data of the same seed; and, as what is to be had, of the next one
    SELECT r.dataset, r.pruner, r.options, r.rate, r.seed, r.accuracy AS a, f.accuracy AS b,
           r.position
    FROM run r
    JOIN run f ON f.pruner = 'full' AND f.dataset = r.dataset AND f.model = r.model
                  AND f.seed = r.seed + (r.pruner = 'full')
), ranked AS ( -- ties get the mean of their ranks
    SELECT *,
           rank() OVER (PARTITION BY dataset, pruner, options, rate, seed ORDER BY a)
               + (count(*) OVER (PARTITION BY dataset, pruner, options, rate, seed, a) - 1) / 2.0
               AS x,
           rank() OVER (PARTITION BY dataset, pruner, options, rate, seed ORDER BY b)
               + (count(*) OVER (PARTITION BY dataset, pruner, options, rate, seed, b) - 1) / 2.0
               AS y
    FROM pair
), spearman AS MATERIALIZED (
    SELECT dataset, pruner, options, rate, seed, count(*) AS networks,
           (avg(x * y) - avg(x) * avg(y))
               / sqrt((avg(x * x) - avg(x) * avg(x)) * (avg(y * y) - avg(y) * avg(y))) AS rho,
           min(position) AS position
    FROM ranked
    GROUP BY dataset, pruner, options, rate, seed
    HAVING count(*) > 2 AND min(a) < max(a) AND min(b) < max(b)
)
SELECT dataset AS place,
       iif(pruner = 'full', 'full, another seed',
           pruner || iif(options = '', '', '(' || options || ')') || printf(' %g', rate)) AS arm,
       printf('rank correlation of %d networks', networks) AS measure, 'correlation' AS unit,
       iif(pruner = 'dp', '>', NULL) AS beyond, iif(pruner = 'dp', 0.9, NULL) AS bound,
       seed, rho AS value, 0 AS doubtful
FROM spearman
ORDER BY place, position, arm, measure, seed;
