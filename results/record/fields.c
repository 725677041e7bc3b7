#include "results/record/fields.h"

#include "base/braced.h"

#define NAMED(name, kind, member, type, rule)                                                      \
    BRACED(name, FIELD_##type, FIELD_##rule, offsetof(struct record, kind.member), 0, NULL)
#define FIELD(kind, member, type, rule) NAMED(#member, kind, member, type, rule)
#define COUNTED(kind, member, type, counter)                                                       \
    BRACED(#member, FIELD_##type, FIELD_PLAIN, offsetof(struct record, kind.member),               \
           offsetof(struct record, kind.counter), NULL)
#define ENUM(kind, member, rule, names)                                                            \
    BRACED(#member, FIELD_NAME, FIELD_##rule, offsetof(struct record, kind.member), 0, names)
#define WORK(kind)                                                                                 \
    NAMED("samples_forward", kind, work.samples_forward, INT64, PLAIN),                            \
        NAMED("samples_backward", kind, work.samples_backward, INT64, PLAIN),                      \
        NAMED("flops", kind, work.flops, DOUBLE, PLAIN)
#define TIMING(member, type, rule) NAMED(#member, end, timing.member, type, rule)
#define FIELD_END BRACED(NULL, FIELD_INT, FIELD_PLAIN, 0, 0, NULL)

static const struct field environment_fields[] = {
    FIELD(environment, host, TEXT, OR_EMPTY),
    FIELD(environment, cpu, TEXT, OR_EMPTY),
    FIELD(environment, os, TEXT, OR_EMPTY),
    FIELD(environment, governor, TEXT, OR_EMPTY),
    FIELD(environment, cores, INT, PLAIN),
    FIELD(environment, memory_bytes, INT64, PLAIN),
    FIELD(environment, blas, TEXT, OR_EMPTY),
    FIELD(environment, blas_core, TEXT, OR_EMPTY),
    FIELD(environment, blas_core_found, TEXT, OR_EMPTY),
    FIELD(environment, compiler, TEXT, OR_EMPTY),
    FIELD(environment, flags, TEXT, OR_EMPTY),
    FIELD(environment, revision, TEXT, OR_EMPTY),
    FIELD(environment, threads_asked, INT, PLAIN),
    FIELD(environment, threads_used, INT, PLAIN),
    FIELD_END,
};

static const struct field data_fields[] = {
    NAMED("data_folder", data, folder, TEXT, OR_EMPTY),
    NAMED("data_hash", data, hash, TEXT, PLAIN),
    FIELD(data, test_n, INT64, PLAIN),
    FIELD_END,
};

static const struct field engine_fields[] = {
    FIELD(engine, implementations, TEXT, OR_EMPTY),
    FIELD_END,
};

static const struct field progress_fields[] = {
    FIELD(progress, stage, TEXT, NO_COLUMN),
    FIELD(progress, epoch, INT, NO_COLUMN),
    FIELD(progress, epochs, INT, NO_COLUMN),
    FIELD(progress, images_per_s, DOUBLE, NO_COLUMN),
    FIELD_END,
};

static const struct field selection_fields[] = {
    FIELD(selection, epoch, INT, PLAIN),
    FIELD(selection, n, INT64, PLAIN),
    FIELD(selection, kept, INT64, PLAIN),
    COUNTED(selection, bitmap, BITS, n),
    FIELD(selection, classes, INT, NO_COLUMN),
    COUNTED(selection, class_kept, INT64S, classes),
    FIELD(selection, noise_kept, INT64, MEASURED),
    FIELD(selection, corrupt_kept, INT64, MEASURED),
    FIELD_END,
};

static const struct field split_fields[] = {
    FIELD(split, n, INT64, PLAIN),
    FIELD(split, size, INT64, PLAIN),
    COUNTED(split, bitmap, BITS, n),
    FIELD_END,
};

static const struct field noise_fields[] = {
    FIELD(noise, n, INT64, PLAIN),
    FIELD(noise, flipped, INT64, PLAIN),
    COUNTED(noise, bitmap, BITS, n),
    FIELD_END,
};

static const struct field corrupt_fields[] = {
    FIELD(corrupt, n, INT64, PLAIN),
    FIELD(corrupt, corrupted, INT64, PLAIN),
    COUNTED(corrupt, bitmap, BITS, n),
    FIELD_END,
};

static const struct field artifact_fields[] = {
    NAMED("artifact", artifact, key, TEXT, PLAIN),
    FIELD(artifact, reused, INT, PLAIN),
    FIELD(artifact, carried_ns, INT64, PLAIN),
    FIELD_END,
};

static const struct field solver_fields[] = {
    FIELD(solver, epoch, INT, PLAIN),
    FIELD(solver, position, INT, PLAIN),
    FIELD(solver, method, TEXT, OR_EMPTY),
    FIELD(solver, objective, DOUBLE, PLAIN),
    FIELD(solver, moves, INT64, PLAIN),
    FIELD(solver, ns, INT64, PLAIN),
    FIELD_END,
};

static const struct field epoch_fields[] = {
#define FIELD_int FIELD_INT
#define FIELD_int64_t FIELD_INT64
#define FIELD_double FIELD_DOUBLE
#define NUMBER(type, name) FIELD(epoch, name, type, PLAIN),
#define ADDED(version, name, check) FIELD(epoch, name, double, ADDED),
#include "results/record/epoch.def"
    WORK(epoch),
    FIELD_END,
};

static const struct field test_fields[] = {
    FIELD(test, corruption, TEXT, PLAIN),
    FIELD(test, severity, INT, PLAIN),
    FIELD(test, accuracy, DOUBLE, PLAIN),
    FIELD(test, worst_class_accuracy, DOUBLE, PLAIN),
    FIELD(test, class_sd, DOUBLE, PLAIN),
    FIELD(test, loss, DOUBLE, PLAIN),
    FIELD(test, calibration_error, DOUBLE, PLAIN),
    FIELD(test, classes, INT, NO_COLUMN),
    COUNTED(test, class_n, INT64S, classes),
    COUNTED(test, class_correct, INT64S, classes),
    FIELD_END,
};

static const struct field warning_fields[] = {
    FIELD(warning, code, TEXT, PLAIN),
    FIELD(warning, text, TEXT, PLAIN),
    FIELD_END,
};

static const struct field end_fields[] = {
    ENUM(end, state, PLAIN, attempt_state_names),
    ENUM(end, cause, FROM_ONE, attempt_cause_names),
    FIELD(end, reason, TEXT, PLAIN),
    FIELD(end, log, TEXT, PLAIN),
    FIELD(end, test_accuracy, DOUBLE, PLAIN),
    FIELD(end, val_accuracy, DOUBLE, PLAIN),
    FIELD(end, best_val_accuracy, DOUBLE, PLAIN),
    FIELD(end, best_val_test_accuracy, DOUBLE, PLAIN),
    FIELD(end, test_loss, DOUBLE, PLAIN),
    FIELD(end, train_loss, DOUBLE, PLAIN),
    FIELD(end, train_accuracy, DOUBLE, PLAIN),
    FIELD(end, train_n, INT64, PLAIN),
    FIELD(end, kept_fraction, DOUBLE, PLAIN),
    FIELD(end, phase_ns, PHASES, NO_COLUMN),
    FIELD(end, wall_ns, INT64, PLAIN),
    WORK(end),
    FIELD(end, peak_memory_bytes, INT64, PLAIN),
    FIELD(end, load_average, DOUBLE, PLAIN),
    FIELD(end, context_switches, INT64, PLAIN),
    TIMING(pinned, TEXT, PLAIN),
    TIMING(beside_mean, DOUBLE, PLAIN),
    TIMING(cpu_ns, INT64, MEASURED),
    TIMING(threads_measured, DOUBLE, PLAIN),
    TIMING(probe_before, DOUBLE, PLAIN),
    TIMING(probe_after, DOUBLE, PLAIN),
    TIMING(load_after, DOUBLE, PLAIN),
    TIMING(steal, DOUBLE, PLAIN),
    TIMING(throttled, INT64, MEASURED),
    NAMED("timing_reason", end, timing.reason, TEXT, PLAIN),
    FIELD(end, resumed, INT, PLAIN),
    FIELD(end, diverged_epoch, INT, FROM_ONE),
    FIELD(end, diverged_step, INT, FROM_ONE),
    FIELD_END,
};

const struct record_form record_forms[RECORD_KINDS] = {
    [RECORD_ENVIRONMENT] = {"environment", "environment", environment_fields},
    [RECORD_DATA] = {"data", "attempt", data_fields},
    [RECORD_ENGINE] = {"engine", "attempt", engine_fields},
    [RECORD_SPLIT] = {"split", "split", split_fields},
    [RECORD_PROGRESS] = {"progress", NULL, progress_fields},
    [RECORD_NOISE] = {"noise", "noise", noise_fields},
    [RECORD_CORRUPT] = {"corrupt", "corrupt", corrupt_fields},
    [RECORD_ARTIFACT] = {"artifact", "attempt", artifact_fields},
    [RECORD_SELECTION] = {"selection", "selection", selection_fields},
    [RECORD_SOLVER] = {"solver", "solver", solver_fields},
    [RECORD_EPOCH] = {"epoch", "epoch", epoch_fields},
    [RECORD_TEST] = {"test", "final_test", test_fields},
    [RECORD_WARNING] = {"warning", "warning", warning_fields},
    [RECORD_END] = {"end", "attempt", end_fields},
};
