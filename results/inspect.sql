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
