/*
 * record: what a running cell tells, as structs. A worker sends them over its pipe
 * (results/record/wire), the scheduler hands them to the store, and nothing else passes between the
 * two. What carries them goes by the list of their members in results/record/fields.c.
 *
 * Times are nanoseconds of CLOCK_MONOTONIC_RAW. An accuracy that was not measured is NAN and
 * becomes NULL. Pointers are borrowed for the call.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct str;

/* Exclusive: every nanosecond of a cell is in one of them. */
enum phase {
    PHASE_LOAD,       /* reading data */
    PHASE_INIT,       /* building networks, initial weights */
    PHASE_SCORE,      /* all that is done to know the samples: proxies, extra passes, gradients */
    PHASE_SELECT,     /* choosing: sorting, solving */
    PHASE_TRAIN,      /* gathering, forward, backward, update */
    PHASE_EVAL,       /* test and validation accuracy */
    PHASE_CHECKPOINT, /* writing state */
    PHASE_OTHER,      /* reporting and what is between the others */
    PHASE_COUNT,
};
extern const struct phase_kind {
    const char *name; /* "load", ... */
    bool charged;     /* a run is charged with its time; the rest is what a user has to do anyway */
} phase_kinds[PHASE_COUNT];

/* Work that no noise touches; that of reused scores is in it. */
struct work {
    int64_t samples_forward, samples_backward; /* samples that went through the network */
    double flops;                              /* nominal */
};

/* At the end of each epoch: the numbers of epoch.def. Sums are since the start of the attempt. */
struct record_epoch {
#define NUMBER(type, name) type name;
#define ADDED(version, name, check) double name;
#include "results/record/epoch.def"
#undef NUMBER
#undef ADDED
    struct work work;
};
/* Of that epoch, and nothing measured. */
struct record_epoch record_epoch_of(int epoch);

/* Before the first selection: which of the samples of the dataset's training file are in the
 * training split. */
struct record_split {
    int64_t n, size;       /* samples in the file, and in the split */
    const uint8_t *bitmap; /* (bitmap.h) of the n */
};

/* Whenever a subset was chosen. */
struct record_selection {
    int epoch; /* from which on, from 0 */
    int64_t n, kept;
    const uint8_t *bitmap; /* of the n samples of the training file, as in record_split */
    int classes;
    const int64_t *class_kept; /* [classes] */
    int64_t noise_kept;        /* of the kept, those with a changed label; -1: no label was */
    int64_t corrupt_kept;      /* likewise, with a changed picture */
};

/* Before the first epoch, where labels were changed. */
struct record_noise {
    int64_t n, flipped;
    const uint8_t *bitmap; /* likewise: the changed ones */
};

/* Likewise, where pictures were changed. */
struct record_corrupt {
    int64_t n, corrupted;
    const uint8_t *bitmap;
};

/* Once a static pruner has scored. */
struct record_artifact {
    const char *key;    /* SHA-256, 64 hex digits; NULL: nothing that could be reused */
    int reused;         /* 1: an earlier attempt had made it */
    int64_t carried_ns; /* charged, and spent elsewhere */
};

/* What one way of solving a pruner's optimisation problem reached. */
struct record_solver {
    int epoch, position; /* of the selection; from 1 */
    const char *method;
    double objective;
    int64_t moves, ns;
};

struct record_warning {
    const char *code; /* LEDGER_GAP, BLAS_CORE, ... */
    const char *text;
};

/* The machine and the program; attempts made in the same one share a row. */
struct record_environment {
    const char *host, *cpu, *os, *governor;
    int cores;
    int64_t memory_bytes;
    const char *blas;            /* version and build options */
    const char *blas_core;       /* the kernels that ran */
    const char *blas_core_found; /* what the library had chosen by itself */
    const char *compiler, *flags, *revision;
    int threads_asked, threads_used;
};

/* Once the data is there. */
struct record_data {
    const char *folder; /* that it was read from, absolute; "": it was made */
    const char *hash;   /* of the decoded files: 64 hex digits */
    int64_t test_n;     /* samples of the test set, after limits */
};

/* Once the network is planned. */
struct record_engine {
    const char *implementations; /* of its convolutions: "im2col"; "" without any */
};

enum attempt_state {
    ATTEMPT_RUNNING,
    ATTEMPT_DONE,
    ATTEMPT_FAILED,   /* see cause */
    ATTEMPT_DIVERGED, /* the loss was no longer finite */
    ATTEMPT_LOST,     /* its scheduler died with it */
};
extern const char *const attempt_state_names[]; /* "running", "done", ..., NULL */

/* Why an attempt has failed or diverged; reason has the words. */
enum attempt_cause {
    CAUSE_NONE,     /* it has not */
    CAUSE_CRASH,    /* its process ended without a word: by a signal, by exit() */
    CAUSE_KILLED,   /* by SIGKILL: by hand, or by the kernel for lack of memory */
    CAUSE_TIMEOUT,  /* it took longer than limits.timeout */
    CAUSE_MEMORY,   /* it held more than limits.memory */
    CAUSE_BROKEN,   /* what it sent could not be read */
    CAUSE_REFUSED,  /* it said itself why it could not run: data, options, files */
    CAUSE_DIVERGED, /* the loss was no longer finite */
};
extern const char *const attempt_cause_names[]; /* "none", "crash", ..., NULL */
/* Appends how an attempt ended: "failed: killed by SIGKILL". The reason of one that diverged has
 * that word itself. state and cause are names; reason may be "". */
void record_add_ended(struct str *ret_text, const char *state, const char *cause,
                      const char *reason);

/* What the network at the end makes of the test set: of its pictures as they are, and corrupted. */
struct record_test {
    const char *corruption; /* "none", or as harness/data/corrupt.h has them */
    int severity;           /* 1 to 5; 0 of "none" */
    double accuracy, worst_class_accuracy, class_sd, loss, calibration_error; /* as of an epoch */
    int classes;
    const int64_t *class_n, *class_correct; /* [classes]: samples, and those classified correctly */
};

/* For whoever watches; not stored. */
struct record_progress {
    const char *stage;   /* "train", "proxy 2/3" */
    int epoch, epochs;   /* completed, planned */
    double images_per_s; /* trained in the last epoch */
};

/* How far an attempt's seconds can be trusted. What was not measured is NAN or -1, NULL a text. */
struct record_timing {
    const char *pinned;               /* processors that it was bound to: "0,2" */
    double beside_mean;               /* other cells running, over its time; the scheduler's */
    int64_t cpu_ns;                   /* processor time of its process, system's included */
    double threads_measured;          /* processor time / wall clock while it trained */
    double probe_before, probe_after; /* GFLOP/s of a fixed sgemm, before and after */
    double load_after;                /* of the machine at the end, 1 minute */
    double steal;                     /* share of the time that the hypervisor took, 0..1 */
    int64_t throttled;                /* times that the processor slowed itself down */
    const char *reason;               /* why the seconds are doubtful; NULL: nothing was seen */
};

/* The last one of an attempt. */
struct record_end {
    enum attempt_state state;
    enum attempt_cause cause;
    const char *reason;                 /* NULL when done */
    const char *log;                    /* the tail of its stderr, NULL when done */
    double test_accuracy, val_accuracy; /* at the last epoch */
    double best_val_accuracy;           /* highest over the epochs, NAN without validation split */
    double best_val_test_accuracy;      /* test accuracy at that epoch */
    /* Of the network at the end: mean cross-entropy on the test set, and on all of the training
       split, what was pruned included, without augmentation. */
    double test_loss, train_loss, train_accuracy;
    int64_t train_n;      /* samples in the training split */
    double kept_fraction; /* samples trained on / (train_n * epochs planned) */
    int64_t phase_ns[PHASE_COUNT];
    int64_t wall_ns;
    struct work work;
    int64_t peak_memory_bytes;
    double load_average;      /* at the start */
    int64_t context_switches; /* involuntary */
    struct record_timing timing;
    int resumed;                       /* times that it went on from a checkpoint */
    int diverged_epoch, diverged_step; /* from 1: the batch whose loss was not finite; 0: none */
};
/* Of that state, and nothing measured. */
struct record_end record_end_of(enum attempt_state state);

enum record_kind {
    RECORD_ENVIRONMENT, /* the first of an attempt */
    RECORD_DATA,
    RECORD_ENGINE,
    RECORD_SPLIT,
    RECORD_PROGRESS,
    RECORD_NOISE,
    RECORD_CORRUPT,
    RECORD_ARTIFACT,
    RECORD_SELECTION,
    RECORD_SOLVER,
    RECORD_EPOCH,
    RECORD_TEST,
    RECORD_WARNING,
    RECORD_END, /* the last */
    RECORD_KINDS,
};

struct record {
    enum record_kind kind;
    union {
        struct record_environment environment;
        struct record_data data;
        struct record_engine engine;
        struct record_progress progress;
        struct record_split split;
        struct record_noise noise;
        struct record_corrupt corrupt;
        struct record_artifact artifact;
        struct record_selection selection;
        struct record_solver solver;
        struct record_epoch epoch;
        struct record_test test;
        struct record_warning warning;
        struct record_end end;
    };
};
