-- Brings a database of version 1 to version 2: what the engine chose is recorded.

ALTER TABLE attempt ADD COLUMN implementations TEXT;

PRAGMA user_version = 2;
