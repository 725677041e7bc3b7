/*
 * networks: accuracy-vs-time of full data, with a series per network in the place of a pruner. The
 * columns are those of accuracy-vs-time.sql.
 */
WITH
run AS (
    SELECT * FROM v_run WHERE experiment = :experiment AND state = 'done' AND pruner = 'full'
),
network AS (
    SELECT model, row_number() OVER (PARTITION BY model_name ORDER BY position) - 1 AS variant
    FROM (SELECT model, model_name, min(position) AS position FROM run GROUP BY model)
),
point AS (
    SELECT r.dataset, r.model, r.model_name, r.options, e.epoch, e.charged_s,
           e.test_accuracy AS accuracy
    FROM run r
    JOIN v_epoch e ON e.attempt = r.attempt
    WHERE e.test_accuracy IS NOT NULL AND e.charged_s > 0
),
band AS (
    SELECT iif(min(n) >= 5, 0.25, 0.0) AS tail
    FROM (SELECT count(*) AS n FROM point GROUP BY dataset, model, options, epoch)
)
SELECT dataset,
       (SELECT iif(count(*) = 1, max(model), count(*) || ' networks') FROM network) AS model,
       model_name AS pruner, options, 0.0 AS rate, variant AS block, variant, point.model AS label,
       count(*) AS n, NULL AS facet, epoch,
       median(charged_s) AS charged_s, median(accuracy) AS accuracy,
       quantile(accuracy, tail) AS low, quantile(accuracy, 1 - tail) AS high, tail,
       (SELECT coalesce(group_concat(value, ' '), '')
        FROM v_experiment x, json_each(x.targets) WHERE x.experiment = :experiment) AS targets,
       (SELECT max(several) FROM (SELECT count(DISTINCT condition) AS several FROM run
                                  GROUP BY dataset)) AS conditions
FROM point JOIN network USING (model), band
GROUP BY dataset, point.model, options, epoch
ORDER BY epoch;
