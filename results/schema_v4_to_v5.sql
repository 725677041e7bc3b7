-- Brings a database of version 4 to version 5: notes on experiments, and where data was read from.

ALTER TABLE attempt ADD COLUMN data_folder TEXT;
ALTER TABLE attempt ADD COLUMN data_hash TEXT CHECK (length(data_hash) = 64);

CREATE TABLE experiment_note (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    position INTEGER NOT NULL CHECK (position > 0),
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (experiment, position)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 5;
