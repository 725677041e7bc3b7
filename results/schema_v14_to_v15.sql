-- Brings a database of version 14 to version 15: questions that an experiment's seeds are to
-- answer, and what has become of them.

-- Of an arm and a reference in one place: whether the mean of differences paired over seeds lies
-- above a bound.
CREATE TABLE question (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    position INTEGER NOT NULL CHECK (position > 0),       -- from 1, in the order of the file
    text TEXT NOT NULL,                                   -- for people
    claim TEXT NOT NULL CHECK (claim IN ('noninferior', 'better', 'faster', 'slower')),
    margin REAL NOT NULL CHECK (margin >= 0),             -- of noninferiority, points
    at_least INTEGER NOT NULL CHECK (at_least > 1),       -- seeds before anything is decided
    at_most INTEGER NOT NULL CHECK (at_most BETWEEN at_least AND 200),
    dataset TEXT NOT NULL,                                -- labels, as in cell
    model TEXT NOT NULL,
    arm TEXT NOT NULL,
    arm_options TEXT NOT NULL,
    arm_rate REAL NOT NULL CHECK (arm_rate >= 0 AND arm_rate < 1),
    reference TEXT NOT NULL,
    reference_options TEXT NOT NULL,
    reference_rate REAL NOT NULL CHECK (reference_rate >= 0 AND reference_rate < 1),
    PRIMARY KEY (experiment, position)
) STRICT, WITHOUT ROWID;

-- Its answer: calculated from the runs that are there, and replaced when there are others. In
-- points, or in times (reference's seconds / arm's, or the reverse where it is asked whether the
-- arm is slower).
CREATE TABLE decision (
    experiment INTEGER NOT NULL,
    position INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'holds', 'fails', 'futile', 'same')),
    seeds INTEGER NOT NULL CHECK (seeds >= 0),            -- pairs
    left_out INTEGER NOT NULL CHECK (left_out >= 0),      -- seeds that failed or diverged
    decided INTEGER CHECK (decided <= seeds),             -- pairs after which it holds or fails
    bound REAL NOT NULL,
    mean REAL,
    low REAL, high REAL,                                  -- 95 %, at any time
    fixed_low REAL, fixed_high REAL,                      -- 95 %, of a fixed number of seeds
    p REAL CHECK (p BETWEEN 0 AND 1),                     -- two-sided, at any time
    p_holm REAL CHECK (p_holm BETWEEN 0 AND 1),           -- with all the experiment's questions
    chance REAL CHECK (chance BETWEEN 0 AND 1),           -- to be decided by the last seed
    expected REAL CHECK (expected >= 0),                  -- more seeds until then, or the last
    needed INTEGER CHECK (needed > 0),                    -- more, if mean and spread stay
    PRIMARY KEY (experiment, position),
    FOREIGN KEY (experiment, position) REFERENCES question (experiment, position)
) STRICT, WITHOUT ROWID;

-- What it looked like after each seed. (Attempts without REFERENCES: these rows are made anew where
-- attempts are merged, and not taken along.)
CREATE TABLE look (
    experiment INTEGER NOT NULL,
    position INTEGER NOT NULL,
    seeds INTEGER NOT NULL CHECK (seeds > 0),             -- pairs so far
    seed INTEGER NOT NULL,                                -- of the last one
    arm_attempt INTEGER NOT NULL,
    reference_attempt INTEGER NOT NULL,
    difference REAL,                                      -- of the last one
    mean REAL,
    low REAL, high REAL,
    fixed_low REAL, fixed_high REAL,
    PRIMARY KEY (experiment, position, seeds),
    FOREIGN KEY (experiment, position) REFERENCES decision (experiment, position)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 15;
