-- The second half of the public interface: what follows from the views of views.sql, which come
-- first. Same rules: results/columns.md explains every column, columns are only ever added, and any
-- SQLite reads them.

-- One row for each good run but those of `full`: beside the run of `full` with its experiment,
-- dataset, model, seed AND environment, at the end and where this run is first as accurate as
-- `full` was at its last epoch. Without such a run of `full` there are NULLs, and no row is left
-- out.
CREATE VIEW v_speedup AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, environment,
           accuracy, charged_s, timing_valid, position
    FROM v_run
    WHERE attempt IS NOT NULL
), full_data AS MATERIALIZED ( -- the other columns are of the row with the lowest position
    SELECT r.experiment, r.dataset, r.model, r.seed, r.environment, r.attempt, r.accuracy,
           r.charged_s, r.timing_valid, min(r.position) AS position,
           (SELECT s.epoch FROM epoch s
            WHERE s.attempt = r.attempt AND s.test_accuracy >= r.accuracy
            ORDER BY s.epoch LIMIT 1) AS equal_epoch
    FROM run r
    WHERE r.pruner = 'full'
    GROUP BY r.experiment, r.dataset, r.model, r.seed, r.environment
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       r.environment AS environment, f.attempt AS full_attempt,
       r.accuracy AS accuracy, f.accuracy AS full_accuracy, r.accuracy - f.accuracy AS difference,
       r.charged_s AS charged_s, f.charged_s AS full_charged_s,
       f.charged_s / r.charged_s AS speedup,
       iif(f.attempt IS NULL, NULL, e.epoch IS NOT NULL) AS equal_reached,
       e.charged_ns / 1e9 AS equal_s, g.charged_ns / 1e9 AS full_equal_s,
       1.0 * g.charged_ns / e.charged_ns AS equal_speedup, w.charged_ns / 1e9 AS watched_s,
       r.timing_valid AND f.timing_valid AS timing_valid, r.position AS position
FROM run r
LEFT JOIN full_data f
    ON f.experiment = r.experiment AND f.dataset = r.dataset AND f.model = r.model
       AND f.seed = r.seed AND f.environment = r.environment
LEFT JOIN epoch e
    ON e.attempt = r.attempt
       AND e.epoch = (SELECT s.epoch FROM epoch s
                      WHERE s.attempt = r.attempt AND s.test_accuracy >= f.accuracy
                      ORDER BY s.epoch LIMIT 1)
LEFT JOIN epoch g ON g.attempt = f.attempt AND g.epoch = f.equal_epoch
LEFT JOIN epoch w
    ON w.attempt = r.attempt
       AND w.epoch = (SELECT s.epoch FROM epoch s
                      WHERE s.attempt = r.attempt AND s.test_accuracy IS NOT NULL
                      ORDER BY s.epoch DESC LIMIT 1)
WHERE r.pruner <> 'full';

-- The same over the seeds of one arm. Where full's accuracy is not reached, the speedup counts as 0
-- in the median.
CREATE VIEW v_speedup_summary AS
WITH placed AS (
    SELECT *,
           row_number() OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate, paired
               ORDER BY speedup
           ) AS place,
           row_number() OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate, paired
               ORDER BY equal_or_0
           ) AS equal_place,
           count(*) OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate, paired
           ) AS n
    FROM (SELECT *, full_attempt IS NOT NULL AS paired, coalesce(equal_speedup, 0) AS equal_or_0
          FROM v_speedup)
)
SELECT experiment, dataset, model, pruner, options, rate,
       count(*) AS runs, sum(paired) AS pairs,
       avg(difference) AS difference_mean,
       avg(speedup) FILTER (WHERE paired AND place IN ((n + 1) / 2, (n + 2) / 2))
           AS speedup_median,
       min(speedup) AS speedup_min, max(speedup) AS speedup_max,
       sum(equal_reached) AS equal_reached,
       avg(equal_or_0) FILTER (WHERE paired AND equal_place IN ((n + 1) / 2, (n + 2) / 2))
           AS equal_speedup_median,
       sum(timing_valid = 0) AS timing_doubtful,
       min(position) AS position
FROM placed
GROUP BY experiment, dataset, model, pruner, options, rate;

-- One row for each arm and number k of trainings that share its scores: the seconds of all of them
-- together. Only what is kept for other trainings can be shared (v_run's artifact): a pruner that
-- scores while it trains pays in each of them.
CREATE VIEW v_amortization AS
WITH sharing (k) AS (
    VALUES (1), (2), (3), (5), (10), (20), (50), (100)
), run AS MATERIALIZED (
    SELECT experiment, dataset, model, pruner, options, rate, seed, environment, position,
           iif(artifact IS NULL, 0, score_s) AS shared_s,
           charged_s - iif(artifact IS NULL, 0, score_s) AS own_s, charged_s
    FROM v_run
    WHERE attempt IS NOT NULL
), full_data AS MATERIALIZED (
    SELECT experiment, dataset, model, seed, environment, charged_s, min(position) AS position
    FROM run
    WHERE pruner = 'full'
    GROUP BY experiment, dataset, model, seed, environment
), arm AS MATERIALIZED (
    SELECT r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate,
           count(*) AS runs, count(f.charged_s) AS pairs,
           avg(r.shared_s) AS shared_s, avg(r.own_s) AS own_s, avg(f.charged_s) AS full_s,
           -- What a training saves, and what is to be saved, are of the pairs alone.
           avg(f.charged_s - r.own_s) AS saved_s,
           avg(r.shared_s) FILTER (WHERE f.charged_s IS NOT NULL) AS to_save_s,
           min(r.position) AS position
    FROM run r
    LEFT JOIN full_data f
        ON f.experiment = r.experiment AND f.dataset = r.dataset AND f.model = r.model
           AND f.seed = r.seed AND f.environment = r.environment
    GROUP BY r.experiment, r.dataset, r.model, r.pruner, r.options, r.rate
)
SELECT a.experiment AS experiment, a.dataset AS dataset, a.model AS model, a.pruner AS pruner,
       a.options AS options, a.rate AS rate, s.k AS k, a.runs AS runs, a.pairs AS pairs,
       a.shared_s AS shared_s, a.own_s AS own_s,
       a.shared_s + s.k * a.own_s AS total_s,
       a.shared_s / s.k + a.own_s AS training_s,
       s.k * a.full_s AS full_total_s,
       CASE WHEN a.pruner <> 'full' AND a.saved_s > 0 THEN -- the next whole number, at least 1
           max(1, CAST(a.to_save_s / a.saved_s AS INTEGER)
                  + (a.to_save_s / a.saved_s > CAST(a.to_save_s / a.saved_s AS INTEGER)))
       END AS pays_at,
       a.position AS position
FROM arm a, sharing s;

-- The arms that no other of their experiment, dataset and model dominates: none is as accurate in
-- less charged time, nor more accurate in as much.
CREATE VIEW v_pareto AS
WITH placed AS (
    SELECT *,
           max(accuracy_mean) OVER (
               PARTITION BY experiment, dataset, model ORDER BY charged_s_mean
               RANGE UNBOUNDED PRECEDING EXCLUDE GROUP
           ) AS faster_accuracy,
           max(accuracy_mean) OVER (
               PARTITION BY experiment, dataset, model, charged_s_mean
           ) AS as_fast_accuracy
    FROM v_summary
    WHERE accuracy_mean IS NOT NULL
)
SELECT experiment, dataset, model, pruner, options, rate, runs, failed,
       charged_s_mean, accuracy_mean, accuracy_sd, speedup, environments, engines, position
FROM placed
WHERE accuracy_mean = as_fast_accuracy
      AND (faster_accuracy IS NULL OR accuracy_mean > faster_accuracy);

-- Two arms that are one: they ended with the same network with every seed that both have, as their
-- mean losses on the test and the training set tell, to the last bit (losses of 0 tell nothing). No
-- difference between such arms says anything of accuracy. The file's first arm stands first.
CREATE VIEW v_same_bits AS
WITH run AS MATERIALIZED (
    SELECT experiment, dataset, model, pruner, options, rate, seed, final_test_loss,
           final_train_loss,
           min(position) OVER (
               PARTITION BY experiment, dataset, model, pruner, options, rate
           ) AS arm -- its number in the experiment
    FROM v_run
    WHERE state = 'done' AND final_test_loss > 0 AND final_train_loss > 0
), alike AS (
    SELECT a.experiment, a.dataset, a.model, a.pruner, a.options, a.rate,
           b.pruner AS other_pruner, b.options AS other_options, b.rate AS other_rate,
           count(*) AS seeds, a.arm, b.arm AS other_arm
    FROM run a
    JOIN run b USING (experiment, dataset, model, seed, final_test_loss, final_train_loss)
    WHERE a.arm < b.arm
    GROUP BY a.experiment, a.arm, b.arm
)
SELECT experiment, dataset, model, pruner, options, rate, other_pruner, other_options, other_rate,
       seeds, arm AS position
FROM alike
WHERE seeds = (SELECT count(*)
               FROM run a
               JOIN run b USING (experiment, seed)
               WHERE a.experiment = alike.experiment AND a.arm = alike.arm
                     AND b.arm = alike.other_arm);

-- One row for each timing rule, good or diverged run, and target of its experiment (target NULL:
-- it has none). The four views after this one are a rule each; results/columns.md says what counts
-- in each, and after whom.
CREATE VIEW v_protocol AS
WITH rule (protocol, charged, without_init, validation) AS ( -- validation: where targets are met
    VALUES ('charged', 1, 0, 0), ('wallclock', 0, 0, 0), ('algoperf', 1, 0, 1), ('mlperf', 0, 1, 0)
), tried AS MATERIALIZED (
    SELECT experiment, cell, last_attempt, dataset, model, pruner, options, rate, seed, state,
           environment, timing_valid, position, charged_s, wall_s
    FROM v_run
    WHERE state IN ('done', 'diverged')
), run AS (
    SELECT r.*, r.last_attempt AS attempt, coalesce(a.carried_ns, 0) / 1e9 AS carried_s,
           -- MLPerf leaves up to 20 minutes of building the model off the clock.
           min(1200, coalesce((SELECT p.ns FROM phase p
                               WHERE p.attempt = a.id AND p.phase = 'init'), 0) / 1e9) AS init_s
    FROM tried r
    JOIN attempt a ON a.id = r.last_attempt
), mark AS MATERIALIZED ( -- once, not by each rule: where a target was reached, and watched last
    SELECT r.experiment AS experiment, r.attempt AS attempt, v.validation AS validation,
           t.accuracy AS target,
           (SELECT s.epoch FROM epoch s
            WHERE s.attempt = r.attempt
                  AND iif(v.validation, s.val_accuracy, s.test_accuracy) >= t.accuracy
            ORDER BY s.epoch LIMIT 1) AS reached,
           (SELECT s.epoch FROM epoch s
            WHERE s.attempt = r.attempt
                  AND iif(v.validation, s.val_accuracy, s.test_accuracy) IS NOT NULL
            ORDER BY s.epoch DESC LIMIT 1) AS watched
    FROM run r
    JOIN experiment x ON x.name = r.experiment
    LEFT JOIN experiment_target t ON t.experiment = x.id
    JOIN (SELECT DISTINCT validation FROM rule) v
)
SELECT u.protocol AS protocol, r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt,
       r.dataset AS dataset, r.model AS model, r.pruner AS pruner, r.options AS options,
       r.rate AS rate, r.seed AS seed, r.state AS state,
       iif(u.charged, r.charged_s, r.wall_s + r.carried_s - u.without_init * r.init_s) AS seconds,
       m.target AS target,
       iif(m.target IS NULL OR w.epoch IS NULL, NULL, e.epoch IS NOT NULL) AS reached,
       e.epoch AS epoch,
       iif(u.charged, e.charged_ns / 1e9,
           e.wall_ns / 1e9 + r.carried_s - u.without_init * r.init_s) AS target_s,
       iif(u.charged, w.charged_ns / 1e9,
           w.wall_ns / 1e9 + r.carried_s - u.without_init * r.init_s) AS watched_s,
       r.environment AS environment, r.timing_valid AS timing_valid, r.position AS position
FROM rule u
JOIN mark m USING (validation)
JOIN run r ON r.experiment = m.experiment AND r.attempt = m.attempt
LEFT JOIN epoch e ON e.attempt = m.attempt AND e.epoch = m.reached
LEFT JOIN epoch w ON w.attempt = m.attempt AND w.epoch = m.watched
ORDER BY r.experiment, r.position, m.target, u.protocol;

-- score + select + train; targets on the test set. The default everywhere else.
CREATE VIEW v_protocol_charged AS
SELECT * FROM v_protocol WHERE protocol = 'charged';

-- All phases; targets on the test set.
CREATE VIEW v_protocol_wallclock AS
SELECT * FROM v_protocol WHERE protocol = 'wallclock';

-- score + select + train; targets on the validation split. After AlgoPerf.
CREATE VIEW v_protocol_algoperf AS
SELECT * FROM v_protocol WHERE protocol = 'algoperf';

-- All phases but init; targets on the test set. After MLPerf Training.
CREATE VIEW v_protocol_mlperf AS
SELECT * FROM v_protocol WHERE protocol = 'mlperf';

-- One row for each good run: the work that it took, which no noise of a machine touches, and its
-- share of what `full` took with the same experiment, dataset, model and seed.
CREATE VIEW v_work AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, epochs,
           train_n, kept_fraction, samples_forward, samples_backward, flops, peak_memory_bytes,
           position
    FROM v_run
    WHERE attempt IS NOT NULL
), full_data AS MATERIALIZED (
    SELECT experiment, dataset, model, seed, samples_forward, samples_backward, flops,
           min(position) AS position
    FROM run
    WHERE pruner = 'full'
    GROUP BY experiment, dataset, model, seed
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       r.epochs AS epochs, r.train_n AS train_n, r.kept_fraction AS kept_fraction,
       r.samples_forward AS samples_forward, r.samples_backward AS samples_backward,
       r.flops AS flops,
       1.0 * r.samples_forward / nullif(f.samples_forward, 0) AS forward_share,
       1.0 * r.samples_backward / nullif(f.samples_backward, 0) AS backward_share,
       r.flops / nullif(f.flops, 0) AS flops_share,
       r.peak_memory_bytes AS peak_memory_bytes, r.position AS position
FROM run r
LEFT JOIN full_data f
    ON f.experiment = r.experiment AND f.dataset = r.dataset AND f.model = r.model
       AND f.seed = r.seed;

-- One row for each good run that chose subsets: how many samples as many subsets of the same sizes,
-- drawn at random and independently, would keep always, sometimes and never. What the run itself
-- kept is in its bitmaps: selection_samples(attempt), results/README.md.
CREATE VIEW v_selection_random AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
), subset AS MATERIALIZED (
    SELECT attempt, n, 1.0 * kept / n AS share, 1.0 * (n - kept) / n AS left_out,
           row_number() OVER (PARTITION BY attempt ORDER BY epoch) AS place
    FROM v_selection
    WHERE n > 0
), product (attempt, place, share, left_out) AS ( -- up to each subset
    SELECT attempt, place, share, left_out FROM subset WHERE place = 1
    UNION ALL
    SELECT s.attempt, s.place, p.share * s.share, p.left_out * s.left_out
    FROM product p
    JOIN subset s ON s.attempt = p.attempt AND s.place = p.place + 1
    ORDER BY 1 -- one attempt after the other: its rows lie together
), chosen AS (
    SELECT attempt, n, count(*) AS selections, avg(share) AS kept_share
    FROM subset
    GROUP BY attempt
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       c.n AS n, c.selections AS selections, c.kept_share AS kept_share,
       c.n * p.share AS random_always,
       c.n * (1 - p.share - p.left_out) AS random_sometimes,
       c.n * p.left_out AS random_never,
       r.position AS position
FROM run r
JOIN chosen c ON c.attempt = r.attempt
JOIN product p ON p.attempt = c.attempt AND p.place = c.selections;

-- One row for each good run, subset that it chose, and class.
CREATE VIEW v_class AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       s.epoch AS epoch, c.key AS class, c.value AS kept,
       1.0 * c.value / nullif(s.kept, 0) AS share, r.position AS position
FROM run r
JOIN selection s ON s.attempt = r.attempt, json_each(s.class_kept) c;

-- One row for each good run and class: how much of it the network at the end classifies correctly.
CREATE VIEW v_class_accuracy AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       n.key AS class, n.value AS n,
       json_extract(t.class_correct, '$[' || n.key || ']') AS correct,
       1.0 * json_extract(t.class_correct, '$[' || n.key || ']') / nullif(n.value, 0) AS accuracy,
       r.position AS position
FROM run r
JOIN final_test t ON t.attempt = r.attempt AND t.corruption = 'none', json_each(t.class_n) n;

-- One row for each good run and each way in which its network at the end was tested: on the test
-- pictures as they are (`none`), and corrupted.
CREATE VIEW v_corruption AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position
    FROM v_run
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       t.corruption AS corruption, t.severity AS severity, t.accuracy AS accuracy,
       t.worst_class_accuracy AS worst_class_accuracy, t.class_sd AS class_sd, t.loss AS loss,
       t.calibration_error AS calibration_error, r.position AS position
FROM run r
JOIN final_test t ON t.attempt = r.attempt;

-- One row for each arm: what its networks at the end are worth, each number a mean over the seeds.
CREATE VIEW v_quality AS
SELECT experiment, dataset, model, pruner, options, rate, count(attempt) AS runs,
       avg(accuracy) AS accuracy, avg(test_worst_class_accuracy) AS worst_class_accuracy,
       avg(test_class_sd) AS class_sd, avg(final_test_loss) AS nll,
       avg(test_calibration_error) AS calibration_error, avg(test_tta_accuracy) AS tta_accuracy,
       avg(corrupted_accuracy) AS corrupted_accuracy, avg(best_test_accuracy) AS best_test_accuracy,
       min(position) AS position
FROM v_run
GROUP BY experiment, dataset, model, pruner, options, rate;

-- One row for each experiment, dataset, pruner with its options, rate and seed in which full data
-- and a pruner trained three networks or more: how the subset ranks them, beside how full data does
-- with the same seed; of full data itself, with the next seed.
CREATE VIEW v_ranking AS
WITH run AS MATERIALIZED (
    SELECT experiment, dataset, model, pruner, options, rate, seed, accuracy, position
    FROM v_run
    WHERE state = 'done' AND accuracy IS NOT NULL
), pair AS MATERIALIZED (
    SELECT r.experiment, r.dataset, r.pruner, r.options, r.rate, r.seed, r.accuracy AS a,
           f.accuracy AS b, r.position
    FROM run r
    JOIN run f ON f.pruner = 'full' AND f.experiment = r.experiment AND f.dataset = r.dataset
                  AND f.model = r.model AND f.seed = r.seed + (r.pruner = 'full')
), ranked AS ( -- ties get the mean of their ranks
    SELECT *,
           rank() OVER (arm ORDER BY a) + (count(*) OVER (same_a) - 1) / 2.0 AS x,
           rank() OVER (arm ORDER BY b) + (count(*) OVER (same_b) - 1) / 2.0 AS y
    FROM pair
    WINDOW arm AS (PARTITION BY experiment, dataset, pruner, options, rate, seed),
           same_a AS (PARTITION BY experiment, dataset, pruner, options, rate, seed, a),
           same_b AS (PARTITION BY experiment, dataset, pruner, options, rate, seed, b)
), moments AS (
    SELECT experiment, dataset, pruner, options, rate, seed, count(*) AS networks,
           avg(x * y) - avg(x) * avg(y) AS covariance,
           (avg(x * x) - avg(x) * avg(x)) * (avg(y * y) - avg(y) * avg(y)) AS variances,
           min(position) AS position
    FROM ranked
    GROUP BY experiment, dataset, pruner, options, rate, seed
    HAVING count(*) > 2 AND min(a) < max(a) AND min(b) < max(b)
)
SELECT experiment, dataset, pruner, options, rate, seed, networks,
       covariance / (WITH RECURSIVE newton (root) AS ( -- views.sql: the square root
                         VALUES ((1 + variances) / 2)
                         UNION ALL
                         SELECT (root + variances / root) / 2 FROM newton
                         WHERE (root + variances / root) / 2 < root
                     )
                     SELECT min(root) FROM newton) AS spearman,
       position
FROM moments;

-- One row for each good run of full, dp and dp-eps: its generalization gap, and what Yang et al.
-- (ICLR 2023) say that it grows with, (m + eps) / N: m of N samples were pruned, and eps is the
-- length || sum of S_i || of those.
CREATE VIEW v_generalization AS
WITH run AS MATERIALIZED (
    SELECT experiment, cell, attempt, dataset, model, pruner, options, rate, seed, position,
           train_n, 1.0 * CAST(train_n * (1 - kept_fraction) + 0.5 AS INTEGER) AS pruned,
           final_test_loss - final_train_loss AS gap
    FROM v_run
    WHERE state = 'done' AND pruner IN ('full', 'dp', 'dp-eps')
)
SELECT r.experiment AS experiment, r.cell AS cell, r.attempt AS attempt, r.dataset AS dataset,
       r.model AS model, r.pruner AS pruner, r.options AS options, r.rate AS rate, r.seed AS seed,
       r.train_n AS train_n, r.pruned AS pruned, coalesce(s.objective, 0.0) AS eps,
       (r.pruned + coalesce(s.objective, 0.0)) / r.train_n AS predicted, r.gap AS gap,
       r.position AS position
FROM run r
LEFT JOIN solver s ON s.attempt = r.attempt AND s.method = 'annealed'
WHERE r.gap IS NOT NULL AND (r.pruner = 'full' OR s.objective IS NOT NULL);

-- One row for each pruner of an experiment with each of its options: how figures name and draw it.
-- A pruner that is there with several options has a longer label, and a variant number that tells
-- them apart. All cells count, so that a figure that shows some of them draws these alike.
CREATE VIEW v_series AS
SELECT experiment, pruner, options,
       row_number() OVER (PARTITION BY experiment, pruner ORDER BY options) - 1 AS variant,
       pruner || iif(count(*) OVER (PARTITION BY experiment, pruner) > 1 AND options <> '',
                     ' ' || options, '') AS label,
       position
FROM (SELECT experiment, pruner, options, min(position) AS position
      FROM v_run
      GROUP BY experiment, pruner, options);
