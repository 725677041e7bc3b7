WITH paired AS MATERIALIZED (SELECT cell, speedup FROM v_speedup
                             WHERE experiment = :experiment),
run AS (SELECT *, min(position) OVER (PARTITION BY dataset, model) AS task,
               min(position) OVER (PARTITION BY dataset, model, pruner, options, rate) AS arm
        FROM v_run WHERE experiment = :experiment)
SELECT arm, dataset, model, pruner,
       pruner || iif(options = '', '', '(' || options || ')'), rate,
       attempt IS NOT NULL, accuracy, charged_s, kept_fraction, speedup, test_n
FROM run LEFT JOIN paired USING (cell) ORDER BY task, arm, seed
