-- Charged seconds, where they went, and the time saved against full data, seed by seed.
SELECT s.dataset, s.model, s.pruner, s.options, s.rate, p.pairs,
       rounded(s.charged_s_mean, 2) AS "charged s", rounded(s.score_s_mean, 2) AS "score s",
       rounded(s.select_s_mean, 3) AS "select s", rounded(s.train_s_mean, 2) AS "train s",
       rounded(p.speedup_median, 2) AS "times faster",
       rounded(100 * (1 - 1 / p.speedup_median), 1) AS "saved %",
       rounded(100 * p.difference_mean, 2) AS points, s.timing_doubtful AS doubtful
FROM v_summary s
LEFT JOIN v_speedup_summary p USING (experiment, dataset, model, pruner, options, rate)
WHERE s.experiment = :experiment AND s.runs > 0
ORDER BY s.dataset, s.model, s.rate, s.position;
