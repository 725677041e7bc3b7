-- Brings a database of version 12 to version 13: how good the network at the end is, class by
-- class, and on test pictures that are corrupted.

-- Of the test set as it is ('none'), and as each corruption leaves it.
CREATE TABLE final_test (
    attempt INTEGER NOT NULL REFERENCES attempt (id),
    corruption TEXT NOT NULL,                             -- 'none', 'noise', 'blur', ...
    severity INTEGER NOT NULL CHECK (severity >= 0),      -- from 1; 0: none
    accuracy REAL CHECK (accuracy BETWEEN 0 AND 1),
    -- The least of the classes' accuracies, and their standard deviation.
    worst_class_accuracy REAL CHECK (worst_class_accuracy BETWEEN 0 AND 1),
    class_sd REAL CHECK (class_sd BETWEEN 0 AND 1),
    loss REAL CHECK (loss >= 0),                          -- mean cross-entropy; NULL: infinite
    calibration_error REAL CHECK (calibration_error BETWEEN 0 AND 1),
    class_n TEXT NOT NULL CHECK (json_type(class_n) = 'array'), -- samples, by class
    class_correct TEXT NOT NULL CHECK (json_type(class_correct) = 'array'), -- classified correctly
    PRIMARY KEY (attempt, corruption, severity)
) STRICT, WITHOUT ROWID;

PRAGMA user_version = 13;
