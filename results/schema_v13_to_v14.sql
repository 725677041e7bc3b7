-- Brings a database of version 13 to version 14: which training pictures were made worse.

ALTER TABLE selection ADD COLUMN corrupt_kept INTEGER
    CHECK (corrupt_kept BETWEEN 0 AND kept);              -- kept with a changed picture

-- The samples whose pictures were changed, where the dataset was given `corrupt`.
CREATE TABLE corrupt (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    n INTEGER NOT NULL CHECK (n >= 0),                    -- of the bitmap, as in split
    corrupted INTEGER NOT NULL CHECK (corrupted BETWEEN 0 AND n),
    bitmap BLOB NOT NULL                                  -- as in split; 1: changed
) STRICT;

PRAGMA user_version = 14;
