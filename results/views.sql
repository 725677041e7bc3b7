-- The public interface of a winnow database: what people, figures and `winnow status` read.
-- results/columns.md explains every column. Columns are only ever added, at the end.
--
-- The program carries this text and puts it into every database that it opens for writing, where it
-- differs from what is there. Names that begin with v_ are winnow's; any other view is yours.
--
-- Any SQLite from 3.38 on reads them, also one without mathematical functions or bound to another
-- language, where a column has one type. So there are no functions of winnow's here, and no rounded
-- numbers (whoever prints a number rounds it); and a square root is Newton's method, which falls
-- to the root from above, and ends within the last bit.

-- One row for each cell of each experiment: its latest good attempt, or why there is none.
CREATE VIEW v_run AS
WITH latest AS (
    SELECT cell,
           count(*) AS attempts,
           -- Of good attempts one whose seconds can be trusted, before a later one.
           coalesce(max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL),
                    max(id) FILTER (WHERE state = 'done')) AS good,
           -- A lost attempt says nothing about the cell: an older failure outlives it.
           coalesce(max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL),
                    max(id) FILTER (WHERE state = 'done'),
                    max(id) FILTER (WHERE state <> 'lost'),
                    max(id)) AS told
    FROM attempt
    GROUP BY cell
), spent AS (
    SELECT attempt,
           sum(ns) FILTER (WHERE phase = 'load') / 1e9 AS load_s,
           sum(ns) FILTER (WHERE phase = 'init') / 1e9 AS init_s,
           sum(ns) FILTER (WHERE phase = 'score') / 1e9 AS score_s,
           sum(ns) FILTER (WHERE phase = 'select') / 1e9 AS select_s,
           sum(ns) FILTER (WHERE phase = 'train') / 1e9 AS train_s,
           sum(ns) FILTER (WHERE phase = 'eval') / 1e9 AS eval_s,
           sum(ns) FILTER (WHERE phase = 'checkpoint') / 1e9 AS checkpoint_s,
           sum(ns) FILTER (WHERE phase = 'other') / 1e9 AS other_s,
           sum(ns) FILTER (WHERE charged) / 1e9 AS charged_s
    FROM phase
    JOIN phase_kind ON name = phase
    GROUP BY attempt
)
SELECT x.name AS experiment, c.key AS cell, l.good AS attempt, c.dataset AS dataset,
       c.model_label AS model, c.pruner AS pruner, c.options AS options, c.rate AS rate,
       c.seed AS seed, coalesce(t.state, 'new') AS state,
       g.test_accuracy AS accuracy, g.val_accuracy AS val_accuracy,
       s.charged_s + coalesce(g.carried_ns, 0) / 1e9 AS charged_s, g.wall_ns / 1e9 AS wall_s,
       s.load_s AS load_s, s.init_s AS init_s,
       s.score_s + coalesce(g.carried_ns, 0) / 1e9 AS score_s, s.select_s AS select_s,
       s.train_s AS train_s, s.eval_s AS eval_s, s.checkpoint_s AS checkpoint_s,
       s.other_s AS other_s,
       g.samples_forward AS samples_forward, g.samples_backward AS samples_backward,
       g.flops AS flops, g.kept_fraction AS kept_fraction,
       CASE WHEN g.id IS NOT NULL THEN
           g.timing_reason IS NULL
           AND NOT EXISTS (SELECT 1 FROM warning w WHERE w.attempt = g.id AND w.code = 'LEDGER_GAP')
       END AS timing_valid,
       g.environment AS environment,
       substr(c.key, 1, 10) AS short, ec.position AS position, c.model AS model_name,
       c.epochs AS epochs, g.train_n AS train_n,
       g.best_val_accuracy AS best_val_accuracy,
       g.best_val_test_accuracy AS best_val_test_accuracy,
       coalesce(l.attempts, 0) AS attempts, l.told AS last_attempt, t.reason AS reason,
       t.beside AS beside,
       strftime('%Y-%m-%d %H:%M:%S', t.started_at / 1000000000, 'unixepoch') AS started,
       g.peak_memory_bytes AS peak_memory_bytes, g.load_average AS load_average,
       g.context_switches AS context_switches,
       -- Cells of version 1 say nothing of these: there was no choice then.
       coalesce(json_extract(c.json, '$.recipe.precision'), 'fp32') AS precision,
       coalesce(json_extract(c.json, '$.engine.conv'), 'auto') AS conv,
       coalesce(json_extract(c.json, '$.engine.threads'), 1) AS threads,
       g.implementations AS implementations,
       -- charged_s and score_s have this in them, wall_s has not.
       CASE WHEN g.id IS NOT NULL THEN coalesce(g.carried_ns, 0) / 1e9 END AS carried_s,
       g.artifact AS artifact, coalesce(g.reused, 0) AS reused,
       CASE WHEN g.id IS NOT NULL THEN
           coalesce(g.timing_reason,
                    (SELECT w.text FROM warning w
                     WHERE w.attempt = g.id AND w.code = 'LEDGER_GAP'))
       END AS timing_reason,
       g.beside_mean AS beside_mean, g.pinned AS pinned, g.threads_measured AS threads_measured,
       g.probe_before AS probe_before, g.probe_after AS probe_after,
       g.load_after AS load_after, g.steal AS steal, g.throttled AS throttled,
       g.cpu_ns / 1e9 AS cpu_s, coalesce(g.resumed, 0) AS resumed,
       t.diverged_epoch AS diverged_epoch, t.diverged_step AS diverged_step,
       g.test_loss AS final_test_loss, g.train_loss AS final_train_loss,
       g.train_accuracy AS final_train_accuracy,
       -- What seconds must have in common to be compared. Attempts of version 3 and before know
       -- the cells beside them at their start alone.
       CASE WHEN g.id IS NOT NULL THEN
           m.cpu || ' (' || m.blas_core || '), ' || m.threads_used
               || iif(m.threads_used = 1, ' thread, ', ' threads, ')
               || iif(g.pinned IS NULL, 'not bound, ', 'bound, ')
               || CAST(coalesce(g.beside_mean, g.beside) + 0.5 AS INTEGER) || ' beside'
       END AS condition,
       -- What cell_pruner_options() writes behind the pruner's own options.
       CASE WHEN instr(' ' || c.options, ' prune_with=') > 0 THEN
           substr(replace(c.options, ' score_only=true', ''),
                  instr(' ' || c.options, ' prune_with=') + 11)
       END AS chosen_with,
       g.data_folder AS data_folder, g.data_hash AS data_hash,
       g.test_n AS test_n, t.cause AS cause,
       (SELECT e.test_worst_class_accuracy FROM epoch e
        WHERE e.attempt = g.id
        ORDER BY e.epoch DESC LIMIT 1) AS test_worst_class_accuracy,
       (SELECT e.test_calibration_error FROM epoch e
        WHERE e.attempt = g.id
        ORDER BY e.epoch DESC LIMIT 1) AS test_calibration_error,
       (SELECT e.test_tta_accuracy FROM epoch e
        WHERE e.attempt = g.id
        ORDER BY e.epoch DESC LIMIT 1) AS test_tta_accuracy,
       (SELECT e.test_class_sd FROM epoch e
        WHERE e.attempt = g.id
        ORDER BY e.epoch DESC LIMIT 1) AS test_class_sd,
       (SELECT avg(f.accuracy) FROM final_test f
        WHERE f.attempt = g.id AND f.corruption <> 'none') AS corrupted_accuracy,
       -- The epoch is chosen by the test set itself: what this promises, new pictures do not keep.
       (SELECT max(e.test_accuracy) FROM epoch e WHERE e.attempt = g.id) AS best_test_accuracy
FROM experiment_cell ec
JOIN experiment x ON x.id = ec.experiment
JOIN cell c ON c.key = ec.cell
LEFT JOIN latest l ON l.cell = c.key
LEFT JOIN attempt t ON t.id = l.told
LEFT JOIN attempt g ON g.id = l.good
LEFT JOIN spent s ON s.attempt = l.good
LEFT JOIN environment m ON m.id = g.environment;

-- One row for each completed epoch of each attempt, good or not. Join it to v_run by attempt.
CREATE VIEW v_epoch AS
SELECT a.cell AS cell, e.attempt AS attempt, e.epoch AS epoch, e.kept AS kept, e.lr AS lr,
       e.train_loss AS train_loss, e.val_accuracy AS val_accuracy,
       e.test_accuracy AS test_accuracy,
       e.charged_ns / 1e9 AS charged_s, e.wall_ns / 1e9 AS wall_s,
       e.samples_forward AS samples_forward, e.samples_backward AS samples_backward,
       e.flops AS flops, a.state AS state,
       e.test_worst_class_accuracy AS test_worst_class_accuracy,
       e.test_calibration_error AS test_calibration_error,
       e.test_tta_accuracy AS test_tta_accuracy,
       e.forward_computed AS forward_computed, e.backward_computed AS backward_computed,
       e.test_class_sd AS test_class_sd, e.test_loss AS test_loss
FROM epoch e
JOIN attempt a ON a.id = e.attempt;

-- One row for each subset that a pruner chose.
CREATE VIEW v_selection AS
SELECT a.cell AS cell, s.attempt AS attempt, s.epoch AS epoch,
       coalesce(p.size, s.n) AS n, s.kept AS kept,
       s.class_kept AS class_kept, a.state AS state, s.bitmap AS bitmap,
       s.noise_kept AS noise_kept,
       iif(p.attempt IS NULL, 'split', 'file') AS positions, p.n AS file_n, p.bitmap AS split,
       s.corrupt_kept AS corrupt_kept
FROM selection s
JOIN attempt a ON a.id = s.attempt
LEFT JOIN split p ON p.attempt = s.attempt;

-- One row for each good run on a training split with label noise, and subset that it chose: how
-- much of the noise was kept.
CREATE VIEW v_noise AS
WITH run AS MATERIALIZED ( -- else SQLite would look through all cells of the file for every one
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       s.epoch AS epoch, coalesce(p.size, s.n) AS n, s.kept AS kept, o.flipped AS flipped,
       s.noise_kept AS noise_kept,
       1.0 * s.noise_kept / s.kept AS noise_share,         -- of what was kept
       1.0 * s.noise_kept / nullif(o.flipped, 0) AS kept_share, -- of the noise; random: 1 - rate
       r.position AS position, o.bitmap AS bitmap
FROM run r
JOIN noise o ON o.attempt = r.attempt
JOIN selection s ON s.attempt = r.attempt
LEFT JOIN split p ON p.attempt = r.attempt;

-- Likewise of a training split with worse pictures.
CREATE VIEW v_corrupt AS
WITH run AS MATERIALIZED ( -- as in v_noise
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       s.epoch AS epoch, coalesce(p.size, s.n) AS n, s.kept AS kept, o.corrupted AS corrupted,
       s.corrupt_kept AS corrupt_kept,
       1.0 * s.corrupt_kept / s.kept AS corrupt_share,
       1.0 * s.corrupt_kept / nullif(o.corrupted, 0) AS kept_share,
       r.position AS position, o.bitmap AS bitmap
FROM run r
JOIN corrupt o ON o.attempt = r.attempt
JOIN selection s ON s.attempt = r.attempt
LEFT JOIN split p ON p.attempt = r.attempt;

-- One row for each way in which a pruner solved its optimisation problem.
CREATE VIEW v_solver AS
WITH run AS MATERIALIZED ( -- as in v_noise
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       s.epoch AS epoch, s.method AS method, s.objective AS objective, s.moves AS moves,
       s.ns / 1e9 AS seconds, s.position AS step, r.position AS position
FROM run r
JOIN solver s ON s.attempt = r.attempt;

-- One row for each good run: its time where the trainings that could share the scores did, each
-- paying its part. Trainings are cells with a good attempt, of all experiments in this file.
CREATE VIEW v_amortized AS
WITH shared AS (
    SELECT artifact, count(DISTINCT cell) AS trainings
    FROM attempt
    WHERE state = 'done' AND artifact IS NOT NULL
    GROUP BY artifact
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       coalesce(s.trainings, 1) AS trainings, r.score_s AS score_s, r.charged_s AS charged_s,
       r.score_s / coalesce(s.trainings, 1) AS score_part_s,
       r.charged_s - r.score_s + r.score_s / coalesce(s.trainings, 1) AS amortized_s,
       r.reused AS reused, r.artifact AS artifact, r.position AS position,
       r.timing_valid AS timing_valid, r.condition AS condition
FROM v_run r
LEFT JOIN shared s ON s.artifact = r.artifact
WHERE r.attempt IS NOT NULL;

-- The seeds of one arm, put together: one row for each experiment, dataset, model, pruner with its
-- options, and rate.
CREATE VIEW v_summary AS
WITH run AS (
    SELECT r.*, m.cpu AS cpu, m.blas_core AS blas_core, m.threads_used AS threads_used,
           iif(r.attempt IS NULL, NULL, r.pinned IS NOT NULL) AS is_bound,
           iif(r.attempt IS NULL, NULL, CAST(coalesce(r.beside_mean, r.beside) + 0.5 AS INTEGER))
               AS beside_about,
           avg(accuracy) OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate
           ) AS arm_accuracy
    FROM v_run r
    LEFT JOIN environment m ON m.id = r.environment
), full_data AS (
    SELECT experiment, dataset, model, avg(charged_s) AS charged_s,
           min(condition) AS first_condition, max(condition) AS last_condition
    FROM v_run
    WHERE pruner = 'full'
    GROUP BY experiment, dataset, model
), arm AS (
    SELECT r.experiment AS experiment, r.dataset AS dataset, r.model AS model, r.pruner AS pruner,
           r.options AS options, r.rate AS rate,
           count(r.attempt) AS runs,
           sum(r.state IN ('failed', 'diverged')) AS failed,
           avg(r.accuracy) AS accuracy_mean, min(r.accuracy) AS accuracy_min,
           max(r.accuracy) AS accuracy_max,
           sum((r.accuracy - r.arm_accuracy) * (r.accuracy - r.arm_accuracy))
               / nullif(count(r.accuracy) - 1, 0) AS variance,
           avg(r.charged_s) AS charged_s_mean, avg(r.wall_s) AS wall_s_mean,
           avg(r.score_s) AS score_s_mean, avg(r.select_s) AS select_s_mean,
           avg(r.train_s) AS train_s_mean,
           f.charged_s / avg(r.charged_s) AS speedup,
           avg(r.kept_fraction) AS processed_share,
           sum(r.timing_valid = 0) AS timing_doubtful,
           min(r.position) AS position,
           -- Seconds made in different ways are no sample of one thing: more than one tells that
           -- the means above mix them.
           count(DISTINCT r.environment) AS environments,
           count(DISTINCT iif(r.attempt IS NULL, NULL, coalesce(r.implementations, ''))) AS engines,
           count(DISTINCT r.condition) AS conditions,
           CASE WHEN count(DISTINCT r.condition) > 1 THEN
               substr(iif(count(DISTINCT r.cpu) > 1, ', processor', '')
                      || iif(count(DISTINCT r.blas_core) > 1, ', kernels', '')
                      || iif(count(DISTINCT r.threads_used) > 1, ', threads', '')
                      || iif(count(DISTINCT r.is_bound) > 1, ', binding', '')
                      || iif(count(DISTINCT r.beside_about) > 1, ', cells beside', ''), 3)
           END AS conditions_differ,
           CASE WHEN avg(r.charged_s) > 0 AND f.charged_s > 0 THEN
               NOT (min(r.condition) = max(r.condition) AND min(r.condition) = f.first_condition
                    AND f.first_condition = f.last_condition)
           END AS speedup_mixed
    FROM run r
    LEFT JOIN full_data f
        ON f.experiment = r.experiment AND f.dataset = r.dataset AND f.model = r.model
    GROUP BY r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate
)
SELECT experiment, dataset, model, pruner, options, rate, runs, failed,
       accuracy_mean, accuracy_min, accuracy_max,
       (WITH RECURSIVE newton (root) AS (
            VALUES ((1 + variance) / 2)
            UNION ALL
            SELECT (root + variance / root) / 2 FROM newton
            WHERE (root + variance / root) / 2 < root
        )
        SELECT min(root) FROM newton) AS accuracy_sd,
       charged_s_mean, wall_s_mean, score_s_mean, select_s_mean, train_s_mean, speedup,
       processed_share, timing_doubtful, position, environments, engines, conditions,
       conditions_differ, speedup_mixed
FROM arm;

-- One row for each good run but those of `full` and of the random controls: its accuracy beside
-- theirs where they processed as many samples, same experiment, dataset, model and seed. Windows
-- and no joins: SQLite would scan all points of a control for every run.
CREATE VIEW v_versus AS
WITH run AS (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed,
           state, kept_fraction AS processed, accuracy, position, final_test_loss,
           final_train_loss, test_n,
           -- A control with several sets of options is the one that its file has first.
           pruner IN ('random', 'random-dynamic') AND options = first_value(options) OVER (
               PARTITION BY experiment, dataset, model, pruner ORDER BY position
           ) AS is_random
    FROM v_run
), point AS ( -- the points of each control, and the runs to compare; full data is a point of both
    SELECT *,
           CASE WHEN (pruner = 'full' AND abs(processed - 1) <= 0.001)
                     OR (is_random AND pruner = 'random' AND processed IS NOT NULL)
                THEN accuracy END AS random_at,
           CASE WHEN (pruner = 'full' AND abs(processed - 1) <= 0.001)
                     OR (is_random AND pruner = 'random-dynamic' AND processed IS NOT NULL)
                THEN accuracy END AS dynamic_at,
           -- What differs by no more than this from a point is at it.
           processed - iif(pruner = 'full' OR is_random, 0.001, 0) AS place
    FROM run
    WHERE state = 'done'
), linked AS ( -- each point to the next, and each row to the last point before it, by its number
    SELECT *,
           lead(processed) OVER random_points AS random_next,
           lead(random_at) OVER random_points AS random_next_at,
           lead(processed) OVER dynamic_points AS dynamic_next,
           lead(dynamic_at) OVER dynamic_points AS dynamic_next_at,
           count(random_at) OVER places AS random_point,
           count(dynamic_at) OVER places AS dynamic_point,
           -- Both losses of the last network are the same to the last bit: so is the network (but
           -- where they are 0, as all are that fit everything).
           final_test_loss > 0 AND final_train_loss > 0
               AND max(random_at IS NOT NULL) OVER network AS random_same,
           final_test_loss > 0 AND final_train_loss > 0
               AND max(dynamic_at IS NOT NULL) OVER network AS dynamic_same
    FROM point
    WINDOW random_points AS (
               PARTITION BY experiment, dataset, model, seed, random_at IS NULL
               ORDER BY place, position
           ),
           dynamic_points AS (
               PARTITION BY experiment, dataset, model, seed, dynamic_at IS NULL
               ORDER BY place, position
           ),
           places AS (
               PARTITION BY experiment, dataset, model, seed
               ORDER BY place, position ROWS UNBOUNDED PRECEDING
           ),
           network AS (
               PARTITION BY experiment, dataset, model, seed, final_test_loss, final_train_loss
           )
), beside AS ( -- a stretch begins with its point; before the first one there is none
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, processed,
           accuracy, position, is_random, random_same, dynamic_same, test_n,
           first_value(random_at) OVER random_stretch AS random_from_at,
           first_value(processed) OVER random_stretch AS random_from,
           first_value(random_next_at) OVER random_stretch AS random_to_at,
           first_value(random_next) OVER random_stretch AS random_to,
           first_value(dynamic_at) OVER dynamic_stretch AS dynamic_from_at,
           first_value(processed) OVER dynamic_stretch AS dynamic_from,
           first_value(dynamic_next_at) OVER dynamic_stretch AS dynamic_to_at,
           first_value(dynamic_next) OVER dynamic_stretch AS dynamic_to
    FROM linked
    WINDOW random_stretch AS (
               PARTITION BY experiment, dataset, model, seed, random_point
               ORDER BY place, position
           ),
           dynamic_stretch AS (
               PARTITION BY experiment, dataset, model, seed, dynamic_point
               ORDER BY place, position
           )
), compared AS (
    SELECT *,
           CASE WHEN processed <= random_from + 0.001 THEN random_from_at
                ELSE random_from_at + (random_to_at - random_from_at)
                                      * (processed - random_from) / (random_to - random_from)
           END AS random_accuracy,
           CASE WHEN processed <= dynamic_from + 0.001 THEN dynamic_from_at
                ELSE dynamic_from_at + (dynamic_to_at - dynamic_from_at)
                                       * (processed - dynamic_from) / (dynamic_to - dynamic_from)
           END AS dynamic_accuracy
    FROM beside
    WHERE pruner <> 'full' AND NOT is_random
)
SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed,
       processed, accuracy,
       random_accuracy, accuracy - random_accuracy AS random_difference,
       dynamic_accuracy, accuracy - dynamic_accuracy AS dynamic_difference,
       position, random_same, dynamic_same, test_n
FROM compared;

-- The same over the seeds of one arm: the mean of the paired differences, its 95 % interval by
-- Student's t, and what that says. Differences that are the same with every seed do not tell how
-- far they spread: they have no interval, and decide nothing; a standard deviation below one sample
-- of the test set, a step, counts as one (base/stats.h has the rules).
CREATE VIEW v_versus_summary AS
WITH run AS (
    SELECT *,
           avg(random_difference) OVER arm AS random_mean,
           avg(dynamic_difference) OVER arm AS dynamic_mean
    FROM v_versus
    WINDOW arm AS (PARTITION BY experiment, dataset, model, pruner, options, rate)
), arm AS (
    SELECT experiment, dataset, model, pruner, options, rate,
           count(*) AS runs, avg(processed) AS processed,
           count(random_difference) AS random_n, avg(random_difference) AS random_mean,
           sum((random_difference - random_mean) * (random_difference - random_mean))
               / nullif(count(random_difference) - 1, 0) AS random_variance,
           max(random_difference) - min(random_difference)
               > max(1e-12, 1e-9 * max(abs(random_difference))) AS random_spread,
           sum(random_same AND random_difference IS NOT NULL) AS random_same,
           count(dynamic_difference) AS dynamic_n, avg(dynamic_difference) AS dynamic_mean,
           sum((dynamic_difference - dynamic_mean) * (dynamic_difference - dynamic_mean))
               / nullif(count(dynamic_difference) - 1, 0) AS dynamic_variance,
           max(dynamic_difference) - min(dynamic_difference)
               > max(1e-12, 1e-9 * max(abs(dynamic_difference))) AS dynamic_spread,
           sum(dynamic_same AND dynamic_difference IS NOT NULL) AS dynamic_same,
           coalesce(1.0 / min(test_n), 0) AS step,
           min(position) AS position
    FROM run
    GROUP BY experiment, dataset, model, pruner, options, rate
), student (n, t) AS ( -- two-sided 95 % of n - 1 degrees of freedom
    VALUES (2, 12.706205), (3, 4.302653), (4, 3.182446), (5, 2.776445), (6, 2.570582),
           (7, 2.446912), (8, 2.364624), (9, 2.306004), (10, 2.262157), (11, 2.228139),
           (12, 2.200985), (13, 2.178813), (14, 2.160369), (15, 2.144787), (16, 2.131450),
           (17, 2.119905), (18, 2.109816), (19, 2.100922), (20, 2.093024), (21, 2.085963),
           (22, 2.079614), (23, 2.073873), (24, 2.068658), (25, 2.063899), (26, 2.059539),
           (27, 2.055529), (28, 2.051831), (29, 2.048407), (30, 2.045230), (31, 2.042272)
), spread AS ( -- of the means, squared
    SELECT *,
           iif(random_spread, max(random_variance, step * step) / random_n, NULL) AS random_square,
           iif(dynamic_spread, max(dynamic_variance, step * step) / dynamic_n, NULL)
               AS dynamic_square
    FROM arm
), bounds AS ( -- beyond the table, the normal distribution
    SELECT a.*,
           coalesce(r.t, 1.959964)
               * (WITH RECURSIVE newton (root) AS (
                      VALUES ((1 + random_square) / 2)
                      UNION ALL
                      SELECT (root + random_square / root) / 2 FROM newton
                      WHERE (root + random_square / root) / 2 < root
                  )
                  SELECT min(root) FROM newton) AS random_half,
           coalesce(d.t, 1.959964)
               * (WITH RECURSIVE newton (root) AS (
                      VALUES ((1 + dynamic_square) / 2)
                      UNION ALL
                      SELECT (root + dynamic_square / root) / 2 FROM newton
                      WHERE (root + dynamic_square / root) / 2 < root
                  )
                  SELECT min(root) FROM newton) AS dynamic_half
    FROM spread a
    LEFT JOIN student r ON r.n = a.random_n
    LEFT JOIN student d ON d.n = a.dynamic_n
)
SELECT experiment, dataset, model, pruner, options, rate, runs, processed,
       random_n, random_mean AS random_difference,
       random_mean - random_half AS random_low, random_mean + random_half AS random_high,
       CASE WHEN random_mean - random_half > 0 THEN 'better'
            WHEN random_mean + random_half < 0 THEN 'worse'
            WHEN random_n > 1 THEN 'undecided'
       END AS random_verdict,
       dynamic_n, dynamic_mean AS dynamic_difference,
       dynamic_mean - dynamic_half AS dynamic_low, dynamic_mean + dynamic_half AS dynamic_high,
       CASE WHEN dynamic_mean - dynamic_half > 0 THEN 'better'
            WHEN dynamic_mean + dynamic_half < 0 THEN 'worse'
            WHEN dynamic_n > 1 THEN 'undecided'
       END AS dynamic_verdict,
       position,
       CASE WHEN random_n > 1 AND random_half IS NULL THEN
           iif(random_same = random_n,
               'the same bits in all ' || random_n || ' seeds: not two arms',
               'the same difference in all ' || random_n || ' seeds: its spread is not known')
       END AS random_reason,
       CASE WHEN dynamic_n > 1 AND dynamic_half IS NULL THEN
           iif(dynamic_same = dynamic_n,
               'the same bits in all ' || dynamic_n || ' seeds: not two arms',
               'the same difference in all ' || dynamic_n || ' seeds: its spread is not known')
       END AS dynamic_reason
FROM bounds;

-- One row for each run and target of its experiment: the first epoch that reaches it. A run that
-- never does has NULL there and the time that it was watched; it is never left out. Diverged runs
-- are here too: losing its network is one of the things that a method may do.
CREATE VIEW v_time_to_accuracy AS
SELECT r.experiment AS experiment, r.cell AS cell, r.last_attempt AS attempt,
       r.dataset AS dataset, r.model AS model, r.pruner AS pruner, r.options AS options,
       r.rate AS rate, r.seed AS seed, r.state AS state, t.accuracy AS target,
       e.epoch IS NOT NULL AS reached, e.epoch AS epoch,
       e.charged_ns / 1e9 AS charged_s, e.wall_ns / 1e9 AS wall_s,
       w.charged_ns / 1e9 AS watched_s, r.position AS position,
       r.timing_valid AS timing_valid, r.condition AS condition
FROM v_run r
JOIN experiment x ON x.name = r.experiment
JOIN experiment_target t ON t.experiment = x.id
-- The search stands here and not among the columns, where each use of it would search again.
LEFT JOIN epoch e
    ON e.attempt = r.last_attempt
       AND e.epoch = (SELECT f.epoch FROM epoch f
                      WHERE f.attempt = r.last_attempt AND f.test_accuracy >= t.accuracy
                      ORDER BY f.epoch LIMIT 1)
LEFT JOIN epoch w
    ON w.attempt = r.last_attempt
       AND w.epoch = (SELECT f.epoch FROM epoch f
                      WHERE f.attempt = r.last_attempt AND f.test_accuracy IS NOT NULL
                      ORDER BY f.epoch DESC LIMIT 1)
WHERE r.state IN ('done', 'diverged');

-- The same over the seeds of one arm. Not reached counts as infinitely long in the median, so that
-- a median that falls there is NULL.
CREATE VIEW v_target AS
WITH placed AS (
    SELECT *,
           row_number() OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate, target
               ORDER BY charged_s NULLS LAST
           ) AS place,
           count(*) OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate, target
           ) AS runs
    FROM v_time_to_accuracy
), middle AS ( -- one row in the middle, or the two there
    SELECT *, place IN ((runs + 1) / 2, (runs + 2) / 2) AS is_middle
    FROM placed
)
SELECT experiment, dataset, model, pruner, options, rate, target,
       count(*) AS runs, sum(reached) AS reached,
       CASE WHEN sum(is_middle AND charged_s IS NULL) = 0 THEN
           avg(charged_s) FILTER (WHERE is_middle)
       END AS charged_s_median,
       min(position) AS position,
       sum(timing_valid = 0) AS timing_doubtful,
       count(DISTINCT condition) AS conditions
FROM middle
GROUP BY experiment, dataset, model, pruner, options, rate, target;

-- One row for each good run: what it cost to know and to choose the samples.
CREATE VIEW v_overhead AS
SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed,
       charged_s, score_s, select_s, train_s,
       score_s / charged_s AS score_share,
       select_s / charged_s AS select_share,
       (score_s + select_s) / charged_s AS overhead_share,
       timing_valid, position, condition
FROM v_run
WHERE attempt IS NOT NULL;

-- One row for each experiment: how far it is.
CREATE VIEW v_progress AS
SELECT r.experiment AS experiment,
       count(*) AS cells,
       sum(r.state = 'done') AS done,
       sum(r.state IN ('failed', 'diverged')) AS failed,
       sum(r.state = 'running') AS running,
       sum(r.state IN ('new', 'lost') AND n.cell IS NULL) AS to_run,
       sum(r.state IN ('new', 'lost') AND n.cell IS NOT NULL) AS not_needed
FROM v_run r
LEFT JOIN v_needless n ON n.experiment = r.experiment AND n.cell = r.cell
GROUP BY r.experiment;

-- One row for each cell of an experiment that adds seeds until its questions are answered, where no
-- question that asks for it is open any more.
CREATE VIEW v_needless AS
WITH asked AS (
    SELECT q.*, coalesce(d.state, 'open') AS answer
    FROM question q
    LEFT JOIN decision d ON d.experiment = q.experiment AND d.position = q.position
)
SELECT x.name AS experiment, c.key AS cell
FROM experiment_cell ec
JOIN experiment x ON x.id = ec.experiment
JOIN cell c ON c.key = ec.cell
WHERE c.seed >= (SELECT min(q.at_least) FROM question q WHERE q.experiment = x.id)
      AND NOT EXISTS (
          SELECT 1 FROM asked a
          WHERE a.experiment = x.id AND a.answer = 'open' AND a.dataset = c.dataset
                AND a.model = c.model_label
                AND (a.arm = c.pruner AND a.arm_options = c.options AND a.arm_rate = c.rate
                     OR a.reference = c.pruner AND a.reference_options = c.options
                     AND a.reference_rate = c.rate));

-- One row for each cell that was tried and has no good attempt, nor one under way.
CREATE VIEW v_failures AS
SELECT experiment, cell, last_attempt AS attempt, dataset, model, pruner, options, rate, seed,
       state, attempts, reason,
       (SELECT a.log FROM attempt a WHERE a.id = last_attempt) AS log,
       short, position, cause
FROM v_run
WHERE state IN ('failed', 'diverged');

-- One row for each doubt about an attempt.
CREATE VIEW v_warning AS
SELECT a.cell AS cell, w.attempt AS attempt, w.code AS code, w.text AS text, a.state AS state
FROM warning w
JOIN attempt a ON a.id = w.attempt;

-- One row for each machine and program that attempts were made with.
CREATE VIEW v_environment AS
SELECT id AS environment, host, cpu, os, governor, cores, memory_bytes, blas, blas_core,
       blas_core_found, compiler, flags, revision, threads_asked, threads_used
FROM environment;

-- One row for each experiment, with its file.
CREATE VIEW v_experiment AS
SELECT x.name AS experiment, x.file AS file,
       (SELECT json_group_array(t.accuracy) FROM experiment_target t WHERE t.experiment = x.id)
           AS targets,
       x.figures AS figures,
       strftime('%Y-%m-%d %H:%M:%S', x.recorded_at / 1000000000, 'unixepoch') AS recorded,
       x.yaml AS yaml
FROM experiment x;

-- One row for each question of an experiment, with its answer by the runs that are there.
CREATE VIEW v_decision AS
SELECT x.name AS experiment, q.position AS question, q.text AS text, q.dataset AS dataset,
       q.model AS model, q.arm AS pruner, q.arm_options AS options, q.arm_rate AS rate,
       q.reference AS reference, q.reference_options AS reference_options,
       q.reference_rate AS reference_rate, q.claim AS claim, q.margin AS margin,
       iif(q.claim IN ('faster', 'slower'), 'times', 'points') AS unit, d.bound AS bound,
       coalesce(d.state, 'open') AS state, coalesce(d.seeds, 0) AS seeds, d.left_out AS left_out,
       d.seeds + d.expected AS expected_seeds, d.chance AS chance,
       d.seeds + d.needed AS needed_seeds, d.decided AS decided_seeds,
       strftime('%Y-%m-%d %H:%M:%S', (
           SELECT max(a.ended_at) FROM look l
           JOIN attempt a ON a.id IN (l.arm_attempt, l.reference_attempt)
           WHERE l.experiment = q.experiment AND l.position = q.position AND l.seeds <= d.decided
       ) / 1000000000, 'unixepoch') AS decided,
       d.mean AS mean, d.low AS low, d.high AS high, d.fixed_low AS fixed_low,
       d.fixed_high AS fixed_high, d.p AS p, d.p_holm AS p_holm, q.at_least AS at_least,
       q.at_most AS at_most
FROM question q
JOIN experiment x ON x.id = q.experiment
LEFT JOIN decision d ON d.experiment = q.experiment AND d.position = q.position;

-- One row for each question and each pair of runs that tells of it: what was known with it.
CREATE VIEW v_look AS
SELECT x.name AS experiment, l.position AS question, l.seeds AS seeds, l.seed AS seed,
       l.arm_attempt AS attempt, l.reference_attempt AS reference_attempt,
       l.difference AS difference, l.mean AS mean, l.low AS low, l.high AS high,
       l.fixed_low AS fixed_low, l.fixed_high AS fixed_high
FROM look l
JOIN experiment x ON x.id = l.experiment;

-- What was said of each experiment when it was last run.
CREATE VIEW v_note AS
SELECT x.name AS experiment, n.place AS place, n.text AS text, n.position AS position
FROM experiment_note n
JOIN experiment x ON x.id = n.experiment;
