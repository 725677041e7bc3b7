-- Brings a database of version 3 to version 4: what a runner must know of an attempt, and merging.

ALTER TABLE attempt ADD COLUMN token TEXT CHECK (length(token) = 32);
CREATE UNIQUE INDEX attempt_token ON attempt (token);
ALTER TABLE attempt ADD COLUMN resumed INTEGER CHECK (resumed >= 0);
ALTER TABLE attempt ADD COLUMN diverged_epoch INTEGER CHECK (diverged_epoch > 0);
ALTER TABLE attempt ADD COLUMN diverged_step INTEGER CHECK (diverged_step > 0);
ALTER TABLE attempt ADD COLUMN pinned TEXT;
ALTER TABLE attempt ADD COLUMN beside_mean REAL CHECK (beside_mean >= 0);
ALTER TABLE attempt ADD COLUMN cpu_ns INTEGER CHECK (cpu_ns >= 0);
ALTER TABLE attempt ADD COLUMN threads_measured REAL CHECK (threads_measured >= 0);
ALTER TABLE attempt ADD COLUMN probe_before REAL CHECK (probe_before >= 0);
ALTER TABLE attempt ADD COLUMN probe_after REAL CHECK (probe_after >= 0);
ALTER TABLE attempt ADD COLUMN load_after REAL CHECK (load_after >= 0);
ALTER TABLE attempt ADD COLUMN steal REAL CHECK (steal BETWEEN 0 AND 1);
ALTER TABLE attempt ADD COLUMN throttled INTEGER CHECK (throttled >= 0);
ALTER TABLE attempt ADD COLUMN timing_reason TEXT;
ALTER TABLE attempt ADD COLUMN test_loss REAL CHECK (test_loss >= 0);
ALTER TABLE attempt ADD COLUMN train_loss REAL CHECK (train_loss >= 0);
ALTER TABLE attempt ADD COLUMN train_accuracy REAL CHECK (train_accuracy BETWEEN 0 AND 1);

CREATE TABLE import_log (
    id INTEGER PRIMARY KEY,
    shard TEXT NOT NULL CHECK (length(shard) = 64),
    path TEXT NOT NULL,
    imported_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    known INTEGER NOT NULL CHECK (known >= 0),
    refused TEXT
) STRICT;
CREATE INDEX import_log_shard ON import_log (shard);

PRAGMA user_version = 4;
