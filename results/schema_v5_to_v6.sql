-- Brings a database of version 5 to version 6: why an attempt failed, as a word, phases as a table,
-- the accuracy of the worst class, selections by position in the dataset's file.

-- Until now the cause was in the words of the reason alone. Attempts that have ended change this
-- once.
ALTER TABLE attempt ADD COLUMN cause TEXT CHECK (cause IN ('crash', 'killed', 'timeout', 'memory',
                                                           'broken', 'refused', 'diverged'));
DROP TRIGGER attempt_changes_once;
UPDATE attempt SET cause = CASE
    WHEN state = 'diverged' THEN 'diverged'
    WHEN reason LIKE 'timeout: %' THEN 'timeout'
    WHEN reason LIKE 'memory: %' THEN 'memory'
    WHEN reason LIKE 'killed by %' THEN 'killed'
    WHEN reason LIKE 'crashed: %' OR reason LIKE 'ended with exit code %' THEN 'crash'
    WHEN reason LIKE 'sent a broken record: %' THEN 'broken'
    ELSE 'refused'
END
WHERE state IN ('failed', 'diverged');
CREATE TRIGGER attempt_changes_once BEFORE UPDATE ON attempt WHEN old.state <> 'running'
BEGIN
    SELECT raise(ABORT, 'attempts are append-only: this one has ended');
END;

-- The program fills it before this is committed.
CREATE TABLE phase_kind (
    name TEXT PRIMARY KEY,
    charged INTEGER NOT NULL CHECK (charged IN (0, 1))
) STRICT, WITHOUT ROWID;
PRAGMA defer_foreign_keys = ON;
CREATE TEMP TABLE spent AS SELECT attempt, phase, ns FROM phase;
DROP TABLE phase;
CREATE TABLE phase (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    phase TEXT NOT NULL REFERENCES phase_kind (name),
    ns INTEGER NOT NULL CHECK (ns >= 0),
    PRIMARY KEY (attempt, phase)
) STRICT, WITHOUT ROWID;
INSERT INTO phase SELECT attempt, phase, ns FROM temp.spent;
DROP TABLE temp.spent;

ALTER TABLE epoch ADD COLUMN
    test_worst_class_accuracy REAL CHECK (test_worst_class_accuracy BETWEEN 0 AND 1);

-- Where the split is all of the file, a position in one is a position in the other. Of the others
-- the labels decided who is in, and nothing here has them.
CREATE TABLE split (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    n INTEGER NOT NULL CHECK (n >= 0),
    size INTEGER NOT NULL CHECK (size BETWEEN 0 AND n),
    bitmap BLOB NOT NULL
) STRICT;
INSERT INTO split (attempt, n, size, bitmap)
SELECT s.attempt, s.n, s.n, kept_all(s.n)
FROM (SELECT attempt, max(n) AS n
      FROM (SELECT attempt, n FROM selection UNION SELECT attempt, n FROM noise)
      GROUP BY attempt
      HAVING min(n) = max(n)) s
JOIN attempt a ON a.id = s.attempt
JOIN cell c ON c.key = a.cell
WHERE coalesce(json_extract(c.json, '$.dataset.train_limit'), 0) = 0
      AND coalesce(json_extract(c.json, '$.dataset.val_fraction'), 0) = 0
      AND coalesce(json_extract(c.json, '$.dataset.imbalance'), 1) <= 1;

PRAGMA user_version = 6;
