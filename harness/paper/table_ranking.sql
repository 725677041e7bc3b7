-- Spearman's correlation over networks of the accuracies on a subset with those on full data of the
-- same seed; of full data: with the next seed.
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
SELECT dataset, pruner, options, rate, max(networks) AS networks, count(*) AS n,
       round(avg(rho), 4) AS correlation, round(min(rho), 4) AS lowest,
       round(max(rho), 4) AS highest
FROM spearman
GROUP BY dataset, pruner, options, rate
ORDER BY dataset, rate, min(position);
