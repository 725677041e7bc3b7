-- Brings a database of version 4 to version 5: notes on experiments, where data was read from, and
-- how many samples the test set has.

ALTER TABLE attempt ADD COLUMN data_folder TEXT;
ALTER TABLE attempt ADD COLUMN data_hash TEXT CHECK (length(data_hash) = 64);
ALTER TABLE attempt ADD COLUMN test_n INTEGER CHECK (test_n >= 0);

CREATE TABLE experiment_note (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    position INTEGER NOT NULL CHECK (position > 0),
    place TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (experiment, position)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 5;
