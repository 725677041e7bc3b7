-- The tables of a winnow database, version 6. The program carries this text, runs it on an empty
-- file, and adds what has come since: the columns of results/record/epoch.def, and
-- results/schema_v12_to_v13.sql and its successors.
--
-- These tables are the store's (results/store.c). What people and figures should read are the views
-- of results/views.sql, explained in results/README.md: a later version may change tables, but it
-- only ever adds columns to views.
--
-- Units: *_ns nanoseconds of CLOCK_MONOTONIC_RAW; *_at nanoseconds since 1970 in UTC; accuracies,
-- rates and shares 0..1. NULL: not measured, or not known yet.

PRAGMA application_id = 2003398254; -- "winn" in ASCII
PRAGMA user_version = 6;

-- A YAML file that was run. The name is its identity: a changed file replaces the row's text.
CREATE TABLE experiment (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    file TEXT NOT NULL,                                   -- path as given on the command line
    yaml TEXT NOT NULL,                                   -- its whole text
    figures TEXT NOT NULL CHECK (json_type(figures) = 'array'), -- names that the file asks for
    recorded_at INTEGER NOT NULL                          -- when it was last run
) STRICT;

-- Test accuracies whose first epoch an experiment wants to know.
CREATE TABLE experiment_target (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    accuracy REAL NOT NULL CHECK (accuracy BETWEEN 0 AND 1),
    PRIMARY KEY (experiment, accuracy)
) STRICT, WITHOUT ROWID;

-- What was said of an experiment when it was last run: what it asks for and will not get.
CREATE TABLE experiment_note (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    position INTEGER NOT NULL CHECK (position > 0),       -- from 1, in the order of the file
    place TEXT NOT NULL,                                  -- "7:12", "--set rate"; '': none
    text TEXT NOT NULL,
    PRIMARY KEY (experiment, position)
) STRICT, WITHOUT ROWID;

-- One training to be done, whoever asks for it.
CREATE TABLE cell (
    key TEXT PRIMARY KEY CHECK (length(key) = 64 AND key NOT GLOB '*[^0-9a-f]*'), -- SHA-256
    json TEXT NOT NULL CHECK (json_valid(json)),          -- canonical: every default spelled out
    dataset TEXT NOT NULL,
    model TEXT NOT NULL,                                  -- bare name
    model_label TEXT NOT NULL,                            -- "convnet(depth=4)": options that differ
    pruner TEXT NOT NULL,                                 -- bare name
    options TEXT NOT NULL,                                -- the pruner's: "c=2 period=5", or ''
    rate REAL NOT NULL CHECK (rate >= 0 AND rate < 1),    -- share REMOVED; 0 where it has none
    seed INTEGER NOT NULL,
    epochs INTEGER NOT NULL CHECK (epochs > 0)            -- planned
) STRICT;

-- Which cells an experiment lists, in the file's order. A cell may be in several experiments.
CREATE TABLE experiment_cell (
    experiment INTEGER NOT NULL REFERENCES experiment (id),
    position INTEGER NOT NULL CHECK (position > 0),       -- from 1
    cell TEXT NOT NULL REFERENCES cell (key),
    PRIMARY KEY (experiment, position),
    UNIQUE (experiment, cell)
) STRICT, WITHOUT ROWID;

-- A machine and a program; attempts made in the same one share a row. Text that is not known is ''.
CREATE TABLE environment (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL,
    cpu TEXT NOT NULL,
    os TEXT NOT NULL,
    governor TEXT NOT NULL,                               -- of CPU frequency
    cores INTEGER NOT NULL CHECK (cores >= 0),
    memory_bytes INTEGER NOT NULL CHECK (memory_bytes >= 0),
    blas TEXT NOT NULL,                                   -- version and build options
    blas_core TEXT NOT NULL,                              -- the kernels that ran
    blas_core_found TEXT NOT NULL,                        -- what the library had chosen by itself
    compiler TEXT NOT NULL,
    flags TEXT NOT NULL,
    revision TEXT NOT NULL,                               -- git's
    threads_asked INTEGER NOT NULL CHECK (threads_asked >= 0), -- for a cell
    threads_used INTEGER NOT NULL CHECK (threads_used >= 0), -- those that cores were there for
    UNIQUE (host, cpu, os, governor, cores, memory_bytes, blas, blas_core, blas_core_found,
            compiler, flags, revision, threads_asked, threads_used)
) STRICT;

-- One try at a cell. Append-only: a row is filled in while it runs, and never changed afterwards.
CREATE TABLE attempt (
    id INTEGER PRIMARY KEY,                               -- rises with time
    cell TEXT NOT NULL REFERENCES cell (key),
    environment INTEGER NOT NULL REFERENCES environment (id),
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed', 'diverged', 'lost')),
    beside INTEGER NOT NULL CHECK (beside >= 0),          -- other cells running at its start
    started_at INTEGER NOT NULL,
    ended_at INTEGER,                                     -- NULL while running, and when lost
    reason TEXT,                                          -- why it is not done
    log TEXT,                                             -- tail of its stderr, where not done
    test_accuracy REAL CHECK (test_accuracy BETWEEN 0 AND 1),         -- at the last epoch
    val_accuracy REAL CHECK (val_accuracy BETWEEN 0 AND 1),           -- at the last epoch
    best_val_accuracy REAL CHECK (best_val_accuracy BETWEEN 0 AND 1), -- highest over the epochs
    best_val_test_accuracy REAL CHECK (best_val_test_accuracy BETWEEN 0 AND 1), -- on test, then
    train_n INTEGER CHECK (train_n >= 0),                 -- samples in the training split
    kept_fraction REAL CHECK (kept_fraction >= 0),        -- samples trained on / (train_n * epochs)
    wall_ns INTEGER CHECK (wall_ns >= 0),
    samples_forward INTEGER CHECK (samples_forward >= 0), -- samples that went through a network
    samples_backward INTEGER CHECK (samples_backward >= 0),
    flops REAL CHECK (flops >= 0),                        -- nominal
    peak_memory_bytes INTEGER CHECK (peak_memory_bytes >= 0),
    load_average REAL CHECK (load_average >= 0),          -- of the machine at the start, 1 minute
    context_switches INTEGER CHECK (context_switches >= 0), -- involuntary
    -- Of its convolutions: "winograd, direct"; '' without any; NULL: it did not come so far.
    implementations TEXT,
    -- What a static pruner knew when it had scored: SHA-256 of all that decides it; NULL: nothing.
    artifact TEXT CHECK (length(artifact) = 64),
    reused INTEGER CHECK (reused IN (0, 1)),              -- 1: an earlier attempt had made it
    -- Charged as score, and not spent in this attempt: the making of what was reused, and what a
    -- file of scores is said to have cost. samples_* and flops have that work in them.
    carried_ns INTEGER CHECK (carried_ns >= 0),
    -- Names it wherever it goes, so that what is merged twice is known: 32 hexadecimal digits.
    token TEXT CHECK (length(token) = 32),
    resumed INTEGER CHECK (resumed >= 0),                 -- times it went on from a checkpoint
    diverged_epoch INTEGER CHECK (diverged_epoch > 0),    -- from 1: where the loss was not finite,
    diverged_step INTEGER CHECK (diverged_step > 0),      -- and in which of its batches
    -- How far its seconds can be trusted.
    pinned TEXT,                                          -- processors it was bound to: "0,2"
    beside_mean REAL CHECK (beside_mean >= 0),            -- other cells running, over its time
    cpu_ns INTEGER CHECK (cpu_ns >= 0),                   -- processor time, system's included
    threads_measured REAL CHECK (threads_measured >= 0),  -- processor time / wall, in training
    probe_before REAL CHECK (probe_before >= 0),          -- GFLOP/s of a fixed sgemm, before
    probe_after REAL CHECK (probe_after >= 0),            -- and after it
    load_after REAL CHECK (load_after >= 0),              -- of the machine at the end, 1 minute
    steal REAL CHECK (steal BETWEEN 0 AND 1),             -- share that the hypervisor took
    throttled INTEGER CHECK (throttled >= 0),             -- times the processor slowed itself down
    timing_reason TEXT,                                   -- why they are doubtful; NULL: nothing
    -- Of the network at the end; train: all of the split, what was pruned included.
    test_loss REAL CHECK (test_loss >= 0),                -- mean cross-entropy
    train_loss REAL CHECK (train_loss >= 0),
    train_accuracy REAL CHECK (train_accuracy BETWEEN 0 AND 1),
    -- What it was trained on. NULL: it did not come so far.
    data_folder TEXT,                                     -- absolute; '': the data was made
    data_hash TEXT CHECK (length(data_hash) = 64),        -- SHA-256 of the decoded files
    test_n INTEGER CHECK (test_n >= 0),                   -- samples of the test set, after limits
    -- Why it has failed or diverged; reason has the words. NULL: it has not.
    cause TEXT CHECK (cause IN ('crash', 'killed', 'timeout', 'memory', 'broken', 'refused',
                                'diverged')),
    CHECK ((ended_at IS NULL) = (state IN ('running', 'lost')))
) STRICT;
CREATE INDEX attempt_cell ON attempt (cell, state);
CREATE UNIQUE INDEX attempt_token ON attempt (token);

CREATE TRIGGER attempt_changes_once BEFORE UPDATE ON attempt WHEN old.state <> 'running'
BEGIN
    SELECT raise(ABORT, 'attempts are append-only: this one has ended');
END;
CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt
BEGIN
    SELECT raise(ABORT, 'attempts are append-only');
END;

-- What an attempt's time can go to. Filled by the program (phase_kinds[] of
-- results/record/record.c), not here.
CREATE TABLE phase_kind (
    name TEXT PRIMARY KEY,
    charged INTEGER NOT NULL CHECK (charged IN (0, 1))    -- 1: a run is charged with it
) STRICT, WITHOUT ROWID;

-- Where an attempt's wall clock went. The phases are exclusive; they add up to attempt.wall_ns, or
-- the attempt has a LEDGER_GAP warning.
CREATE TABLE phase (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    phase TEXT NOT NULL REFERENCES phase_kind (name),
    ns INTEGER NOT NULL CHECK (ns >= 0),
    PRIMARY KEY (attempt, phase)
) STRICT, WITHOUT ROWID;

-- The state at the end of each epoch. Times and work are sums since the attempt's start. (And the
-- numbers that results/record/epoch.def adds.)
CREATE TABLE epoch (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    epoch INTEGER NOT NULL CHECK (epoch > 0),             -- completed, from 1
    kept INTEGER NOT NULL CHECK (kept >= 0),              -- samples trained on in this epoch
    lr REAL,                                              -- at the epoch's end
    train_loss REAL,                                      -- of what was minimised; NULL: infinite
    val_accuracy REAL CHECK (val_accuracy BETWEEN 0 AND 1),
    test_accuracy REAL CHECK (test_accuracy BETWEEN 0 AND 1),
    charged_ns INTEGER NOT NULL CHECK (charged_ns >= 0),  -- of the phases that are charged
    wall_ns INTEGER NOT NULL CHECK (wall_ns >= 0),
    samples_forward INTEGER NOT NULL CHECK (samples_forward >= 0),
    samples_backward INTEGER NOT NULL CHECK (samples_backward >= 0),
    flops REAL NOT NULL CHECK (flops >= 0),
    -- The least of the classes' accuracies on the test set.
    test_worst_class_accuracy REAL CHECK (test_worst_class_accuracy BETWEEN 0 AND 1),
    PRIMARY KEY (attempt, epoch)
) STRICT, WITHOUT ROWID;

-- Which samples of the dataset's training file an attempt's training split holds: what a limit, an
-- imbalance and a validation split leave. Selections and noise of an attempt that has a row here
-- are by position in that file, so that those of two attempts at one dataset can be compared.
-- Attempts of version 5 and before whose split could not be told have none, and theirs are by
-- position in the split.
CREATE TABLE split (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    n INTEGER NOT NULL CHECK (n >= 0),                    -- samples in the file
    size INTEGER NOT NULL CHECK (size BETWEEN 0 AND n),   -- in the split
    bitmap BLOB NOT NULL                                  -- zlib; sample i: bit i % 8 of byte i / 8
) STRICT;

-- A subset that a pruner chose.
CREATE TABLE selection (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),            -- from which on, from 0
    n INTEGER NOT NULL CHECK (n >= 0),                    -- of the bitmap, as in split
    kept INTEGER NOT NULL CHECK (kept BETWEEN 0 AND n),
    class_kept TEXT NOT NULL CHECK (json_type(class_kept) = 'array'), -- kept, by class
    bitmap BLOB NOT NULL,                                 -- as in split
    noise_kept INTEGER CHECK (noise_kept BETWEEN 0 AND kept), -- kept with a changed label
    PRIMARY KEY (attempt, epoch)
) STRICT;

-- The samples whose labels were changed, where the dataset was given noise.
CREATE TABLE noise (
    attempt INTEGER PRIMARY KEY REFERENCES attempt (id),
    n INTEGER NOT NULL CHECK (n >= 0),                    -- of the bitmap, as in split
    flipped INTEGER NOT NULL CHECK (flipped BETWEEN 0 AND n),
    bitmap BLOB NOT NULL                                  -- as in split; 1: changed
) STRICT;

-- What a pruner that solves an optimisation problem reached, way by way, in the order of solving.
CREATE TABLE solver (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    epoch INTEGER NOT NULL CHECK (epoch >= 0),            -- as in selection
    position INTEGER NOT NULL CHECK (position > 0),       -- from 1
    method TEXT NOT NULL,                                 -- random, smallest-norms, annealed, ...
    objective REAL,
    moves INTEGER NOT NULL CHECK (moves >= 0),            -- tried
    ns INTEGER NOT NULL CHECK (ns >= 0),
    PRIMARY KEY (attempt, epoch, position)
) STRICT, WITHOUT ROWID;

-- What makes an attempt's numbers doubtful.
CREATE TABLE warning (
    id INTEGER PRIMARY KEY,
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    code TEXT NOT NULL,                                   -- LEDGER_GAP, BLAS_CORE, ...
    text TEXT NOT NULL
) STRICT;
CREATE INDEX warning_attempt ON warning (attempt, code);

-- What `winnow merge` took in, and what it put aside.
CREATE TABLE import_log (
    id INTEGER PRIMARY KEY,
    shard TEXT NOT NULL CHECK (length(shard) = 64),       -- SHA-256 of the file
    path TEXT NOT NULL,                                   -- as it was given
    imported_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL CHECK (attempts >= 0),      -- that were new
    known INTEGER NOT NULL CHECK (known >= 0),            -- that were here already
    refused TEXT                                          -- why it was put aside; NULL: taken
) STRICT;
CREATE INDEX import_log_shard ON import_log (shard);
