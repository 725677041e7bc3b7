-- Charged seconds until all but a point of the run's last accuracy is there, and the same without
-- what choosing cost before the training (of static pruners; others choose meanwhile).
WITH run AS MATERIALIZED (
    SELECT dataset, model, pruner, options, rate, seed, attempt, accuracy,
           iif(artifact IS NULL, 0, score_s + select_s) AS choosing_s, position
    FROM v_run
    WHERE experiment = :experiment AND state = 'done'
), epoch_of AS MATERIALIZED ( -- the first with all but a point of the run's last accuracy
    SELECT r.attempt, min(e.epoch) AS epoch, min(e.charged_s) AS charged_s
    FROM run r
    JOIN v_epoch e ON e.attempt = r.attempt
    WHERE e.test_accuracy >= r.accuracy - 0.01
    GROUP BY r.attempt
)
SELECT dataset, model, pruner, options, rate, count(*) AS n, rounded(avg(epoch), 1) AS epoch,
       rounded(avg(charged_s), 2) AS "charged s",
       rounded(avg(charged_s - choosing_s), 2) AS "training s"
FROM run
JOIN epoch_of USING (attempt)
GROUP BY dataset, model, pruner, options, rate
ORDER BY dataset, model, rate, min(position);
