-- summary columns
/* One arm a row, in the file's order; the first two columns make the blocks. Seconds get as many
   digits as the longest of a block bears. The targets' columns go between the two parts. */
WITH block AS (
    SELECT *, max(charged_s_mean) OVER (PARTITION BY dataset, model) AS longest,
    min(position) OVER (PARTITION BY dataset, model) AS place
    FROM v_summary WHERE experiment = ?1),
    arm AS (SELECT *, CASE WHEN longest >= 1000 THEN 0 WHEN longest >= 20 THEN 1
    WHEN longest >= 1 THEN 2 ELSE 3 END AS digits FROM block),
    target AS (SELECT * FROM v_target WHERE experiment = ?1)
SELECT arm.dataset, arm.model,
    arm.pruner || iif(arm.options = '', '', '(' || arm.options || ')') AS pruner,
    iif(has_rate(arm.pruner, arm.rate), arm.rate, NULL) AS rate, arm.runs AS runs,
    fixed(100 * accuracy_mean, 2) AS "accuracy %", fixed(100 * accuracy_sd, 2) AS "±",
    fixed(charged_s_mean, digits) AS "charged s", fixed(score_s_mean, digits) AS "score s",
    fixed(100 * (score_s_mean + select_s_mean) / charged_s_mean, 1) AS "overhead %",
    fixed(speedup, 2) || 'x' AS speedup

-- summary rows
FROM arm LEFT JOIN target USING (dataset, model, pruner, options, rate)
GROUP BY arm.dataset, arm.model, arm.pruner, arm.options, arm.rate
ORDER BY arm.place, arm.position;

/* ---- For --json */

-- experiments
SELECT * FROM v_progress ORDER BY experiment;

-- running
SELECT r.experiment, r.cell, r.dataset, r.model, r.pruner, r.options, r.rate, r.seed,
    r.started, r.epochs, e.epoch, e.test_accuracy, e.wall_s FROM v_run r
    LEFT JOIN v_epoch e ON e.attempt = r.last_attempt AND e.epoch =
    (SELECT max(epoch) FROM v_epoch l WHERE l.attempt = r.last_attempt)
WHERE r.state = 'running' ORDER BY r.experiment, r.position;

-- failures
SELECT * FROM v_failures ORDER BY experiment, position;

-- summary
SELECT * FROM v_summary ORDER BY experiment, dataset, model, position;

-- targets
SELECT * FROM v_target ORDER BY experiment, dataset, model, target, position;
