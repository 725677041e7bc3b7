-- Brings a database of version 2 to version 3: reused scores, label noise, solvers.

ALTER TABLE attempt ADD COLUMN artifact TEXT CHECK (length(artifact) = 64);
ALTER TABLE attempt ADD COLUMN reused INTEGER CHECK (reused IN (0, 1));
ALTER TABLE attempt ADD COLUMN carried_ns INTEGER CHECK (carried_ns >= 0);
ALTER TABLE selection ADD COLUMN noise_kept INTEGER CHECK (noise_kept BETWEEN 0 AND kept);

CREATE TABLE noise (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    n INTEGER NOT NULL CHECK (n >= 0),
    flipped INTEGER NOT NULL CHECK (flipped BETWEEN 0 AND n),
    bitmap BLOB NOT NULL
) STRICT;

CREATE TABLE solver (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),
    position INTEGER NOT NULL CHECK (position > 0),
    method TEXT NOT NULL,
    objective REAL,
    moves INTEGER NOT NULL CHECK (moves >= 0),
    ns INTEGER NOT NULL CHECK (ns >= 0),
    PRIMARY KEY (attempt, epoch, position)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 3;
