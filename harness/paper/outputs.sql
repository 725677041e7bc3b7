-- cells
SELECT pruner, count(*), sum(state = 'done'), sum(state = 'diverged'), min(test_n)
FROM v_run WHERE experiment = :experiment GROUP BY pruner;

-- figures
/* those that the experiment's file lists */
SELECT coalesce(j.value, '') FROM v_experiment x, json_each(x.figures) j
WHERE x.experiment = :experiment ORDER BY j.key;

/* ---- For the manifest */

-- runs
SELECT cell, state, accuracy, charged_s, environment FROM v_run
WHERE experiment = :experiment ORDER BY position;

-- file
SELECT yaml FROM v_experiment WHERE experiment = :experiment;

-- environments
SELECT host, cpu, os, blas, blas_core, revision FROM v_environment
WHERE environment IN (SELECT environment FROM v_run WHERE experiment = :experiment)
ORDER BY environment;
