-- runs
WITH paired AS MATERIALIZED (SELECT cell, speedup FROM v_speedup
                             WHERE experiment = :experiment),
run AS (SELECT *, min(position) OVER (PARTITION BY dataset, model) AS task,
               min(position) OVER (PARTITION BY dataset, model, pruner, options, rate) AS arm
        FROM v_run WHERE experiment = :experiment)
SELECT arm, dataset, model, pruner, arm(pruner, options), rate,
       attempt IS NOT NULL, accuracy, charged_s, kept_fraction, speedup, test_n,
       count(*) OVER (), test_tta_accuracy
FROM run LEFT JOIN paired USING (cell) ORDER BY task, arm, seed;

-- same bits
/* "random 0.5 and ucb(c=1) 0.5 (synthetic, mlp)": arms that are not two */
SELECT arm(pruner, options, rate) || ' and ' || arm(other_pruner, other_options, other_rate)
       || ' (' || dataset || ', ' || model || ')', seeds
FROM v_same_bits WHERE experiment = :experiment ORDER BY position;
