-- yaml
SELECT yaml FROM v_experiment WHERE experiment = :experiment;

-- cells
SELECT count(*), sum(state = 'done'), sum(state = 'failed'), sum(state = 'diverged'),
       sum(state NOT IN ('done', 'failed', 'diverged') AND NOT needless),
       sum(state IN ('new', 'lost') AND needless), total(charged_s), total(wall_s),
       count(DISTINCT environment), total(carried_s)
FROM (SELECT *, cell IN (SELECT n.cell FROM v_needless n WHERE n.experiment = :experiment)
      AND state IN ('new', 'lost') AS needless FROM v_run WHERE experiment = :experiment);

-- machine
SELECT cpu || char(10) || cores || iif(cores = 1, ' core', ' cores') || ', ' ||
       threads_used || iif(threads_used = 1, ' thread', ' threads') || ' a cell'
FROM v_environment JOIN v_run USING (environment) WHERE experiment = :experiment
GROUP BY environment ORDER BY count(*) DESC LIMIT 1;

-- grid
VALUES
    ('Datasets',
     (SELECT group_concat(v, ', ')
      FROM (SELECT dataset AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Models',
     (SELECT group_concat(v, ', ')
      FROM (SELECT model AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Pruners',
     (SELECT group_concat(v, ', ')
      FROM (SELECT arm(pruner, options) AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Rates',
     (SELECT group_concat(v, ', ')
      FROM (SELECT DISTINCT significant(rate) AS v FROM v_run
            WHERE experiment = :experiment AND has_rate(pruner, rate) ORDER BY rate))),
    ('Seeds',
     (SELECT group_concat(v, ', ')
      FROM (SELECT DISTINCT seed AS v FROM v_run WHERE experiment = :experiment ORDER BY seed))),
    ('Epochs',
     (SELECT group_concat(v, ', ')
      FROM (SELECT epochs AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Measured',
     (SELECT min(started) || ' to ' || max(started) || ' UTC (starts of the cells)'
      FROM v_run WHERE experiment = :experiment AND attempt IS NOT NULL));

-- what ran
SELECT model, dataset, cells, done, failed, arms, "whole arms", pruners, rates, seeds, conditions,
       doubtful, "charged h", "wall h"
FROM ($what_ran);

-- notes
SELECT place AS "In the file", text AS "Note" FROM v_note WHERE experiment = :experiment
ORDER BY position;

-- failures
SELECT f.short AS "Cell", f.dataset AS "Dataset", f.model AS "Model",
       arm(f.pruner, f.options) AS "Pruner",
       iif(has_rate(f.pruner, f.rate), f.rate, NULL) AS "Rate",
       f.seed AS "Seed", f.state AS "State", r.diverged_epoch AS "At epoch",
       f.attempts AS "Attempts", f.reason AS "Reason"
FROM v_failures f JOIN v_run r USING (experiment, cell)
WHERE experiment = :experiment ORDER BY f.position;

-- logs
SELECT short || ' (' || state || ')', log FROM v_failures
WHERE experiment = :experiment AND log <> '' ORDER BY position LIMIT 50;

-- conditions
SELECT condition AS "Condition", dataset AS "Dataset", model AS "Model", count(*) AS "Runs",
       sum(timing_valid = 0) AS "Doubtful", avg(beside_mean) AS "Cells beside",
       avg(threads_measured) AS "Threads had"
FROM v_run WHERE experiment = :experiment AND attempt IS NOT NULL
GROUP BY 1, 2, 3 ORDER BY 2, 3, count(*) DESC;

-- reasons
SELECT timing_reason AS "Reason", count(*) AS "Runs", group_concat(short, ' ') AS "Cells"
FROM v_run WHERE experiment = :experiment AND timing_valid = 0
GROUP BY 1 ORDER BY 2 DESC LIMIT 100;

-- warnings
SELECT w.code AS "Warning", count(*) AS "Runs", min(w.text) AS "For example"
FROM v_warning w JOIN v_run r USING (attempt)
WHERE r.experiment = :experiment GROUP BY 1 ORDER BY 2 DESC;

-- environments
SELECT environment, count(*), cpu AS "Processor", cores AS "Cores",
       fixed(memory_bytes / 1073741824.0, 1) || ' GiB' AS "Memory",
       threads_used || ' of ' || threads_asked || ' asked' AS "Threads of a cell", os AS "System",
       governor AS "Governor", blas AS "BLAS", blas_core AS "BLAS kernels",
       blas_core_found AS "Kernels it had chosen", compiler AS "Compiler", flags AS "Flags",
       revision AS "winnow revision", host AS "Host"
FROM v_environment JOIN v_run USING (environment)
WHERE experiment = :experiment GROUP BY environment ORDER BY environment;

-- origin
VALUES
    ('Schema version',
     (SELECT user_version FROM pragma_user_version)),
    ('Experiment file',
     (SELECT file FROM v_experiment WHERE experiment = :experiment)),
    ('Data read',
     (SELECT group_concat(v, ', ')
      FROM (SELECT dataset || iif(data_folder = '', ': made', ' from ' || data_folder)
                   || ', content ' || substr(data_hash, 1, 10) AS v FROM v_run
            WHERE experiment = :experiment GROUP BY 1 ORDER BY min(position)))),
    ('Last run',
     (SELECT recorded || ' UTC' FROM v_experiment WHERE experiment = :experiment)),
    ('Runs made by',
     (SELECT 'winnow ' || group_concat(revision, ', ')
      FROM (SELECT DISTINCT revision FROM v_environment JOIN v_run USING (environment)
            WHERE experiment = :experiment ORDER BY revision)));
