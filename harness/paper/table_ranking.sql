-- Spearman's correlation over networks of the accuracies on a subset with those on full data of the
-- same seed; of full data: with the next seed.
SELECT dataset, pruner, options, rate, max(networks) AS networks, count(*) AS n,
       rounded(avg(spearman), 4) AS correlation, rounded(min(spearman), 4) AS lowest,
       rounded(max(spearman), 4) AS highest
FROM v_ranking
WHERE experiment = :experiment
GROUP BY dataset, pruner, options, rate
ORDER BY dataset, rate, min(position);
