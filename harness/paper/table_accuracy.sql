-- Test accuracy at the last epoch, in percent, over the seeds. What has not run is in "what ran".
SELECT dataset, model, pruner, options, rate, runs AS n,
       rounded(100 * accuracy_mean, 2) AS "accuracy %", rounded(100 * accuracy_sd, 2) AS sd,
       rounded(100 * processed_share, 1) AS "processed %", failed
FROM v_summary
WHERE experiment = :experiment AND runs + failed > 0
ORDER BY dataset, model, rate, position;
