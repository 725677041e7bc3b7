-- B2: does the generalization gap (test loss - loss on all training samples) follow (eps + m) / N?
-- m samples are pruned of N, eps is dp's objective; Pearson's correlation over the rates of a seed,
-- full data being the rate 0. A theory that is right up to a constant gives 1; followed: above 0.5
-- (our reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
WITH run AS MATERIALIZED (
    SELECT dataset || ' ' || model AS place, seed, gap, predicted
    FROM v_generalization
    WHERE experiment = :experiment AND pruner IN ('full', 'dp')
), moment AS (
    SELECT place, seed, count(*) AS n,
           avg(gap * predicted) - avg(gap) * avg(predicted) AS both,
           avg(gap * gap) - avg(gap) * avg(gap) AS gap2,
           avg(predicted * predicted) - avg(predicted) * avg(predicted) AS predicted2
    FROM run
    GROUP BY place, seed
)
SELECT place, 'dp' AS arm, 'correlation of predicted and observed gap' AS measure,
       'correlation' AS unit, '>' AS beyond, 0.5 AS bound, seed,
       both / sqrt(gap2 * predicted2) AS value, 0 AS doubtful, 0 AS same
FROM moment
WHERE n > 2 AND gap2 > 0 AND predicted2 > 0
ORDER BY place, seed;
