-- Brings a database of version 5 to version 6: why an attempt failed, as a word.

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

PRAGMA user_version = 6;
