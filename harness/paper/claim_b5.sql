-- B5: Spearman's correlation over networks of the accuracies on a subset with those on full data of
-- the same seed, for the subset of dp. Shown too: those of other subsets, and of full data with the
-- next seed. As the full data does: above 0.9 (our reading).
-- Columns: place, arm, measure, unit, beyond, bound, seed, value, doubtful, same;
-- harness/paper/claims.h.
SELECT dataset AS place,
       iif(pruner = 'full', 'full, another seed', arm(pruner, options, rate)) AS arm,
       printf('rank correlation of %d networks', networks) AS measure, 'correlation' AS unit,
       iif(pruner = 'dp', '>', NULL) AS beyond, iif(pruner = 'dp', 0.9, NULL) AS bound,
       seed, spearman AS value, 0 AS doubtful, 0 AS same
FROM v_ranking
WHERE experiment = :experiment
ORDER BY place, position, arm, measure, seed;
