-- head
SELECT 'cell ' || key, training(dataset, model_label, pruner, options, rate, seed),
    (SELECT 'in ' || group_concat(experiment || ' (cell ' || position || ')', ', ')
     FROM v_run WHERE cell = key)
FROM cell WHERE key = ?;

-- attempts
/* reason, accuracies, other measures of the network at the end, samples, data, implementations,
   scores: from the third on, a line each */
SELECT id, state || strftime(', %Y-%m-%d %H:%M:%S UTC', started_at / 1000000000,
    'unixepoch') || iif(beside > 0, ', ' || beside || ' beside it', '') ||
    iif(wall_ns > 0, ', ' || fixed(wall_ns / 1e9, 3) || ' s', ''), reason,
    'test ' || fixed(100 * test_accuracy, 2) || ' %' ||
    coalesce(' of ' || test_n || ' samples', '') ||
    coalesce(', with test-time augmentation ' || (SELECT fixed(100 * e.test_tta_accuracy, 2)
        FROM v_epoch e WHERE e.attempt = id ORDER BY e.epoch DESC LIMIT 1) || ' %', '') ||
    coalesce(', validation ' || fixed(100 * val_accuracy, 2) || ' %', '') ||
    coalesce(', best validation ' || fixed(100 * best_val_accuracy, 2) || ' % with test ' ||
    fixed(100 * best_val_test_accuracy, 2) || ' %', ''),
    (SELECT 'worst class ' || fixed(100 * t.worst_class_accuracy, 2) || ' %, deviation of classes '
        || fixed(100 * t.class_sd, 2) || coalesce(', calibration error ' ||
        fixed(100 * t.calibration_error, 2) || ' %', '') || coalesce(', log-likelihood ' ||
        fixed(-t.loss, 4), '') || coalesce(', corrupted ' || (SELECT fixed(100 * avg(c.accuracy), 2)
        FROM final_test c WHERE c.attempt = t.attempt AND c.corruption <> 'none') || ' %', '')
     FROM final_test t WHERE t.attempt = id AND t.corruption = 'none'),
    'trained on ' || fixed(100 * nullif(kept_fraction, 0), 1) || ' % of ' || train_n ||
    ' samples an epoch', 'data: ' || nullif(data_folder, '') || ', content ' ||
    substr(data_hash, 1, 10), 'convolutions: ' || nullif(implementations, ''),
    'scores: ' || iif(reused, 'an earlier cell''s', 'made here') ||
    iif(carried_ns > 0, ', charged with ' || fixed(carried_ns / 1e9, 3) ||
    ' s spent elsewhere', ''),
    log FROM attempt WHERE cell = ? ORDER BY id;

-- phases
SELECT p.phase, p.ns / 1e9, coalesce(1.0 * p.ns / nullif(a.wall_ns, 0), 0)
FROM phase p JOIN attempt a ON a.id = p.attempt
WHERE a.id = ? AND p.ns > 0 ORDER BY p.ns DESC;

-- warnings
SELECT code AS warning, text FROM v_warning WHERE attempt = ?;

-- selections
SELECT epoch AS "from epoch", kept, n AS "of", class_kept AS "kept of each class"
FROM v_selection WHERE attempt = ? ORDER BY epoch;

-- solvers
SELECT epoch AS "from epoch", method, objective, moves, fixed(seconds, 3) AS s
FROM v_solver WHERE attempt = ? GROUP BY epoch, step;

-- epochs
SELECT epoch, kept, fixed(lr, 6) AS lr, fixed(train_loss, 4) AS "train loss",
    fixed(100 * val_accuracy, 2) AS "val %", fixed(100 * test_accuracy, 2) AS "test %",
    fixed(charged_s, 3) AS "charged s", fixed(wall_s, 3) AS "wall s"
FROM v_epoch WHERE attempt = ? ORDER BY epoch;

-- classes
/* The worst first. */
SELECT class, n AS "of", correct, fixed(100.0 * correct / n, 2) AS "test %"
FROM (SELECT n.key AS class, n.value AS n,
          json_extract(t.class_correct, '$[' || n.key || ']') AS correct
      FROM final_test t, json_each(t.class_n) n
      WHERE t.attempt = ? AND t.corruption = 'none' AND n.value > 0)
ORDER BY 1.0 * correct / n, class LIMIT 10;

-- corruptions
SELECT corruption, fixed(100 * max(accuracy) FILTER (WHERE severity = 1), 2) AS "test % at 1",
    fixed(100 * max(accuracy) FILTER (WHERE severity = 2), 2) AS "2",
    fixed(100 * max(accuracy) FILTER (WHERE severity = 3), 2) AS "3",
    fixed(100 * max(accuracy) FILTER (WHERE severity = 4), 2) AS "4",
    fixed(100 * max(accuracy) FILTER (WHERE severity = 5), 2) AS "5"
FROM final_test WHERE attempt = ? AND corruption <> 'none' GROUP BY corruption;

-- environments
SELECT group_concat(a.id, ', ') AS attempts, e.host, e.cpu, e.os, e.governor, e.cores,
    fixed(e.memory_bytes / 1073741824.0, 1) || ' GiB' AS memory, e.blas, e.blas_core,
    e.blas_core_found, e.compiler, e.flags, e.revision, e.threads_asked, e.threads_used
FROM (SELECT id, environment FROM attempt WHERE cell = ? ORDER BY id) a
    JOIN v_environment e ON e.environment = a.environment
GROUP BY e.environment ORDER BY min(a.id);
