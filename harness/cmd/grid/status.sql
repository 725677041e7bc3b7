-- progress
SELECT experiment, cells, done, failed, running, to_run, not_needed,
    max(length(experiment)) OVER (),
    experiment IN (SELECT d.experiment FROM v_decision d WHERE d.state = 'open')
FROM v_progress ORDER BY experiment;

-- table of questions
SELECT text AS question, state AS answer, seeds, iif(state = 'open', fixed(expected_seeds, 0), NULL)
    AS "to be expected", iif(state = 'open', fixed(100 * chance, 0), NULL) AS "chance %",
    fixed(mean, 2) || iif(unit = 'times', 'x', '') AS mean,
    '[' || fixed(low, 2) || ', ' || fixed(high, 2) || ']' AS "95 % at any time",
    '[' || fixed(fixed_low, 2) || ', ' || fixed(fixed_high, 2) || ']' AS "of fixed seeds",
    iif(left_out > 0, left_out, NULL) AS "left out"
FROM v_decision ORDER BY experiment, v_decision.question;

-- questions
SELECT * FROM v_decision ORDER BY experiment, v_decision.question;

-- question lines
SELECT experiment || ': ' || text || ': ' || state || ' after ' || seeds ||
    iif(seeds = 1, ' seed', ' seeds') ||
    iif(state = 'open' AND expected_seeds > seeds,
        ', of ' || fixed(expected_seeds, 0) || ' to be expected', '')
FROM v_decision ORDER BY experiment, v_decision.question;

-- table of running ones
SELECT DISTINCT short AS cell, training(dataset, model, pruner, options, rate, seed) AS training,
    coalesce((SELECT max(e.epoch) FROM v_epoch e WHERE e.attempt = last_attempt), 0)
    || ' of ' || epochs AS epoch,
    (SELECT fixed(100 * e.test_accuracy, 2) FROM v_epoch e
     WHERE e.attempt = last_attempt AND e.test_accuracy IS NOT NULL
     ORDER BY e.epoch DESC LIMIT 1) AS "accuracy %", started AS "started (UTC)"
FROM v_run WHERE state = 'running' ORDER BY last_attempt;

-- table of failures
SELECT DISTINCT short AS cell, training(dataset, model, pruner, options, rate, seed) AS training,
    state, attempts AS tries, substr(reason, 1, 100) AS reason
FROM v_failures ORDER BY attempt LIMIT ?1;

-- summary targets
SELECT quote(t.accuracy), significant(100 * t.accuracy)
FROM experiment_target t JOIN experiment x ON x.id = t.experiment WHERE x.name = ?;

-- summary augmented
/* A column where a run has one. */
SELECT ', fixed(100 * (SELECT avg(r.test_tta_accuracy) FROM v_run r WHERE r.experiment = ?1
    AND r.dataset = arm.dataset AND r.model = arm.model AND r.pruner = arm.pruner
    AND r.options = arm.options AND r.rate = arm.rate), 2) AS "tta %"'
FROM v_run WHERE experiment = ? AND test_tta_accuracy IS NOT NULL LIMIT 1;

-- footnote
/* What only some tables have. */
SELECT 'tta: accuracy by the mean over several views of each test picture.'
FROM v_run WHERE test_tta_accuracy IS NOT NULL LIMIT 1;

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
    arm(arm.pruner, arm.options) AS pruner,
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

/* ---- For --watch */

-- cells
SELECT experiment, short, training(dataset, model, pruner, options, rate, seed),
    iif(state IN ('new', 'lost') AND cell IN (SELECT n.cell FROM v_needless n
    WHERE n.experiment = v_run.experiment), 'not needed', state),
    coalesce(reason, ''), dataset, model, pruner, options, rate, epochs,
    coalesce(last_attempt, 0), max(0, strftime('%s', 'now') - strftime('%s', started)), wall_s,
    row_number() OVER (PARTITION BY cell ORDER BY experiment) = 1, peak_memory_bytes, cause,
    experiment IN (SELECT d.experiment FROM v_decision d WHERE d.state = 'open')
FROM v_run ORDER BY experiment, position;

-- last epoch
SELECT epoch, wall_s, test_accuracy FROM v_epoch WHERE attempt = ? ORDER BY epoch DESC LIMIT 1;
