-- name
SELECT training(dataset, model_label, pruner, options, rate, seed) FROM cell WHERE key = ?;

-- experiments
SELECT x.name, p.position, x.file FROM experiment_cell p
    JOIN experiment x ON x.id = p.experiment WHERE p.cell = ? ORDER BY x.id;

-- state
WITH told AS (SELECT coalesce(
        max(id) FILTER (WHERE state = 'done' AND timing_reason IS NULL),
        max(id) FILTER (WHERE state = 'done'),
        max(id) FILTER (WHERE state <> 'lost'), max(id)) AS id FROM attempt WHERE cell = ?1)
SELECT iif(coalesce(a.state, 'new') IN ('new', 'lost')
    AND EXISTS (SELECT 1 FROM experiment_cell p WHERE p.cell = ?1)
    AND (SELECT count(*) FROM experiment_cell p WHERE p.cell = ?1)
    = (SELECT count(*) FROM v_needless n WHERE n.cell = ?1),
    'not needed', coalesce(a.state, 'new')), a.id, a.reason, fixed(100 * a.test_accuracy, 2),
    coalesce((SELECT max(epoch) FROM epoch WHERE attempt = a.id), 0), c.epochs, a.cause
FROM cell c, told LEFT JOIN attempt a ON a.id = told.id WHERE c.key = ?1;

-- nearest
/* Fields of the canonical JSON by their paths. */
WITH mine AS (SELECT * FROM cell WHERE key = ?1),
    other AS (SELECT DISTINCT c.key, c.json FROM cell c, mine m
    WHERE c.key IN (SELECT cell FROM experiment_cell) AND c.model = m.model
    AND c.pruner = m.pruner AND c.seed = m.seed),
    differ AS (SELECT o.key AS key, substr(t.fullkey, 3) || ' is ' || t.atom || ' here and '
    || coalesce(u.atom, 'not set') || ' there' AS text
    FROM mine m, other o, json_tree(m.json) t
    LEFT JOIN json_tree(o.json) u ON u.fullkey = t.fullkey
    WHERE t.atom IS NOT NULL AND t.atom IS NOT u.atom)
SELECT substr(o.key, 1, 10), count(d.text), group_concat(d.text, ', ')
FROM other o LEFT JOIN differ d ON d.key = o.key
GROUP BY o.key ORDER BY 2, o.key LIMIT 1;

-- attempts
SELECT id, state, strftime('%Y-%m-%d %H:%M:%S', started_at / 1000000000, 'unixepoch'),
    /* An attempt is recorded once its worker has reported: a limit of time is longer than that. */
    iif(cause = 'timeout', NULL, iif(wall_ns > 0, wall_ns, ended_at - started_at) / 1e9), reason,
    fixed(100 * test_accuracy, 2), beside, reused, carried_ns / 1e9, log, resumed, cause
FROM attempt WHERE cell = ? ORDER BY id;

-- beside
/* What is running ends later than anything; of what was lost, nobody knows when it ended. */
WITH ran AS (SELECT id, cell, started_at,
    iif(state = 'running', 9223372036854775807, ended_at) AS ended FROM attempt)
SELECT substr(o.cell, 1, 10),
    training(c.dataset, c.model_label, c.pruner, c.options, c.rate, c.seed)
FROM ran m JOIN ran o ON o.id <> m.id AND o.started_at < m.ended AND o.ended > m.started_at
    JOIN cell c ON c.key = o.cell
WHERE m.id = ? ORDER BY o.id;
