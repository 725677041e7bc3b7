/* What is looked through, by the words of a report that a part cannot be read. */

-- the file
PRAGMA integrity_check;

-- references
PRAGMA foreign_key_check;

-- cells
SELECT count(*) FROM cell;

-- attempts
SELECT count(*) FROM attempt;

-- selections
SELECT s.attempt, substr(a.cell, 1, 10), 'selection from epoch ' || s.epoch, s.n,
    s.kept, s.bitmap FROM selection s LEFT JOIN attempt a ON a.id = s.attempt;

-- training splits
SELECT p.attempt, substr(a.cell, 1, 10), 'training split', p.n, p.size, p.bitmap
FROM split p LEFT JOIN attempt a ON a.id = p.attempt;

-- label noise
SELECT o.attempt, substr(a.cell, 1, 10), 'label noise', o.n, o.flipped, o.bitmap
FROM noise o LEFT JOIN attempt a ON a.id = o.attempt;

-- worse pictures
SELECT o.attempt, substr(a.cell, 1, 10), 'worse pictures', o.n, o.corrupted, o.bitmap
FROM corrupt o LEFT JOIN attempt a ON a.id = o.attempt;

-- tests of networks
WITH class AS (
    SELECT t.attempt, t.corruption, t.severity, n.value AS n, c.value AS correct
    FROM final_test t, json_each(t.class_n) n
    LEFT JOIN json_each(t.class_correct) c ON c.key = n.key
), told AS (
    SELECT attempt, corruption, severity, 1.0 * sum(correct) / sum(n) AS accuracy,
        min(1.0 * correct / nullif(n, 0)) AS worst, count(*) AS classes,
        sum(correct BETWEEN 0 AND n) AS whole
    FROM class GROUP BY attempt, corruption, severity
)
SELECT t.attempt, substr(a.cell, 1, 10),
    iif(t.severity > 0, t.corruption || ' ' || t.severity, 'the pictures as they are'),
    CASE WHEN whole IS NOT classes OR classes <> json_array_length(t.class_correct)
        THEN 'the counts of its classes do not fit each other'
    WHEN abs(t.accuracy - told.accuracy) > 1e-9
        THEN 'its accuracy is ' || fixed(t.accuracy, 6) || ', that of its classes '
            || fixed(told.accuracy, 6)
    WHEN abs(t.worst_class_accuracy - told.worst) > 1e-9
        THEN 'its worst class has ' || fixed(t.worst_class_accuracy, 6)
            || ', the worst of its classes ' || fixed(told.worst, 6) END AS wrong
FROM final_test t LEFT JOIN attempt a ON a.id = t.attempt
LEFT JOIN told USING (attempt, corruption, severity) WHERE wrong IS NOT NULL;

-- phases
SELECT a.id, substr(a.cell, 1, 10), coalesce(sum(p.ns), 0) / 1e9, a.wall_ns / 1e9
FROM attempt a LEFT JOIN phase p ON p.attempt = a.id
WHERE a.ended_at IS NOT NULL AND a.wall_ns IS NOT NULL GROUP BY a.id
HAVING abs(coalesce(sum(p.ns), 0) - a.wall_ns) > a.wall_ns / 1000 AND NOT EXISTS
    (SELECT 1 FROM warning w WHERE w.attempt = a.id AND w.code = 'LEDGER_GAP');

-- attempts under way
SELECT id, substr(cell, 1, 10) FROM attempt WHERE state = 'running';

/* ---- What it needs ---- */

-- artifacts
SELECT artifact, count(*) FROM attempt
WHERE artifact IS NOT NULL GROUP BY artifact ORDER BY artifact;

-- unfinished
SELECT cell, count(*) FROM attempt GROUP BY cell
HAVING sum(state IN ('done', 'diverged')) = 0 ORDER BY cell;

-- unlisted
SELECT count(*), count(DISTINCT cell) FROM attempt
WHERE cell NOT IN (SELECT cell FROM experiment_cell);
