#include "results/record/wire.h"

#include "base/braced.h"
#include "base/json.h"
#include "results/record/bitmap.h"

#include <math.h>
#include <openssl/evp.h>
#include <string.h>

enum field_type {
    FIELD_INT,
    FIELD_INT64,
    FIELD_DOUBLE,
    FIELD_TEXT,   /* const char *, may be NULL */
    FIELD_BITS,   /* const uint8_t *, as many bits as the int64_t at `count` says */
    FIELD_INT64S, /* const int64_t *, as many as the int at `count` says */
    FIELD_PHASES, /* int64_t[PHASE_COUNT] */
};

struct field {
    const char *name;
    enum field_type type;
    size_t offset, count; /* in struct record */
};

#define FIELD(kind, member, type) BRACED(#member, type, offsetof(struct record, kind.member), 0)
#define COUNTED(kind, member, type, counter)                                                       \
    BRACED(#member, type, offsetof(struct record, kind.member),                                    \
           offsetof(struct record, kind.counter))
#define WORK(kind)                                                                                 \
    BRACED("samples_forward", FIELD_INT64, offsetof(struct record, kind.work.samples_forward), 0), \
        BRACED("samples_backward", FIELD_INT64,                                                    \
               offsetof(struct record, kind.work.samples_backward), 0),                            \
        BRACED("flops", FIELD_DOUBLE, offsetof(struct record, kind.work.flops), 0)
#define TIMING(member, type) BRACED(#member, type, offsetof(struct record, end.timing.member), 0)
#define FIELD_END BRACED(NULL, FIELD_INT, 0, 0)

static const struct field environment_fields[] = {
    FIELD(environment, host, FIELD_TEXT),
    FIELD(environment, cpu, FIELD_TEXT),
    FIELD(environment, os, FIELD_TEXT),
    FIELD(environment, governor, FIELD_TEXT),
    FIELD(environment, cores, FIELD_INT),
    FIELD(environment, memory_bytes, FIELD_INT64),
    FIELD(environment, blas, FIELD_TEXT),
    FIELD(environment, blas_core, FIELD_TEXT),
    FIELD(environment, blas_core_found, FIELD_TEXT),
    FIELD(environment, compiler, FIELD_TEXT),
    FIELD(environment, flags, FIELD_TEXT),
    FIELD(environment, revision, FIELD_TEXT),
    FIELD(environment, threads_asked, FIELD_INT),
    FIELD(environment, threads_used, FIELD_INT),
    FIELD_END,
};

static const struct field data_fields[] = {
    FIELD(data, folder, FIELD_TEXT),
    FIELD(data, hash, FIELD_TEXT),
    FIELD(data, test_n, FIELD_INT64),
    FIELD_END,
};

static const struct field engine_fields[] = {
    FIELD(engine, implementations, FIELD_TEXT),
    FIELD_END,
};

static const struct field progress_fields[] = {
    FIELD(progress, stage, FIELD_TEXT),
    FIELD(progress, epoch, FIELD_INT),
    FIELD(progress, epochs, FIELD_INT),
    FIELD(progress, images_per_s, FIELD_DOUBLE),
    FIELD_END,
};

static const struct field selection_fields[] = {
    FIELD(selection, epoch, FIELD_INT),
    FIELD(selection, n, FIELD_INT64),
    FIELD(selection, kept, FIELD_INT64),
    COUNTED(selection, bitmap, FIELD_BITS, n),
    FIELD(selection, classes, FIELD_INT),
    COUNTED(selection, class_kept, FIELD_INT64S, classes),
    FIELD(selection, noise_kept, FIELD_INT64),
    FIELD_END,
};

static const struct field noise_fields[] = {
    FIELD(noise, n, FIELD_INT64),
    FIELD(noise, flipped, FIELD_INT64),
    COUNTED(noise, bitmap, FIELD_BITS, n),
    FIELD_END,
};

static const struct field artifact_fields[] = {
    FIELD(artifact, key, FIELD_TEXT),
    FIELD(artifact, reused, FIELD_INT),
    FIELD(artifact, carried_ns, FIELD_INT64),
    FIELD_END,
};

static const struct field solver_fields[] = {
    FIELD(solver, epoch, FIELD_INT),
    FIELD(solver, position, FIELD_INT),
    FIELD(solver, method, FIELD_TEXT),
    FIELD(solver, objective, FIELD_DOUBLE),
    FIELD(solver, moves, FIELD_INT64),
    FIELD(solver, ns, FIELD_INT64),
    FIELD_END,
};

static const struct field epoch_fields[] = {
    FIELD(epoch, epoch, FIELD_INT),
    FIELD(epoch, kept, FIELD_INT64),
    FIELD(epoch, lr, FIELD_DOUBLE),
    FIELD(epoch, train_loss, FIELD_DOUBLE),
    FIELD(epoch, val_accuracy, FIELD_DOUBLE),
    FIELD(epoch, test_accuracy, FIELD_DOUBLE),
    FIELD(epoch, charged_ns, FIELD_INT64),
    FIELD(epoch, wall_ns, FIELD_INT64),
    WORK(epoch),
    FIELD_END,
};

static const struct field warning_fields[] = {
    FIELD(warning, code, FIELD_TEXT),
    FIELD(warning, text, FIELD_TEXT),
    FIELD_END,
};

static const struct field end_fields[] = {
    FIELD(end, state, FIELD_INT),
    FIELD(end, reason, FIELD_TEXT),
    FIELD(end, log, FIELD_TEXT),
    FIELD(end, test_accuracy, FIELD_DOUBLE),
    FIELD(end, val_accuracy, FIELD_DOUBLE),
    FIELD(end, best_val_accuracy, FIELD_DOUBLE),
    FIELD(end, best_val_test_accuracy, FIELD_DOUBLE),
    FIELD(end, test_loss, FIELD_DOUBLE),
    FIELD(end, train_loss, FIELD_DOUBLE),
    FIELD(end, train_accuracy, FIELD_DOUBLE),
    FIELD(end, train_n, FIELD_INT64),
    FIELD(end, kept_fraction, FIELD_DOUBLE),
    FIELD(end, phase_ns, FIELD_PHASES),
    FIELD(end, wall_ns, FIELD_INT64),
    WORK(end),
    FIELD(end, peak_memory_bytes, FIELD_INT64),
    FIELD(end, load_average, FIELD_DOUBLE),
    FIELD(end, context_switches, FIELD_INT64),
    TIMING(pinned, FIELD_TEXT),
    TIMING(beside_mean, FIELD_DOUBLE),
    TIMING(cpu_ns, FIELD_INT64),
    TIMING(threads_measured, FIELD_DOUBLE),
    TIMING(probe_before, FIELD_DOUBLE),
    TIMING(probe_after, FIELD_DOUBLE),
    TIMING(load_after, FIELD_DOUBLE),
    TIMING(steal, FIELD_DOUBLE),
    TIMING(throttled, FIELD_INT64),
    {"timing_reason", FIELD_TEXT, offsetof(struct record, end.timing.reason), 0},
    FIELD(end, resumed, FIELD_INT),
    FIELD(end, diverged_epoch, FIELD_INT),
    FIELD(end, diverged_step, FIELD_INT),
    FIELD_END,
};

static const struct {
    const char *type;
    const struct field *fields;
} kinds[] = {
    [RECORD_ENVIRONMENT] = {"environment", environment_fields},
    [RECORD_DATA] = {"data", data_fields},
    [RECORD_ENGINE] = {"engine", engine_fields},
    [RECORD_PROGRESS] = {"progress", progress_fields},
    [RECORD_NOISE] = {"noise", noise_fields},
    [RECORD_ARTIFACT] = {"artifact", artifact_fields},
    [RECORD_SELECTION] = {"selection", selection_fields},
    [RECORD_SOLVER] = {"solver", solver_fields},
    [RECORD_EPOCH] = {"epoch", epoch_fields},
    [RECORD_WARNING] = {"warning", warning_fields},
    [RECORD_END] = {"end", end_fields},
};
enum { KIND_COUNT = sizeof kinds / sizeof *kinds };

static json_t *base64(const uint8_t *bytes, size_t count)
{
    unsigned char *text;
    MEM_NEW(text, (count + 2) / 3 * 4 + 1);
    EVP_EncodeBlock(text, bytes, (int)count);
    json_t *value = json_string((const char *)text);
    mem_free(text);
    return value;
}

static json_t *int64_array(const int64_t *values, size_t count)
{
    json_t *array = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(array, json_integer(values[i]));
    return array;
}

static json_t *field_to_json(const struct field *field, const struct record *record)
{
    const void *at = (const char *)record + field->offset;
    const void *count = (const char *)record + field->count;
    switch (field->type) {
    case FIELD_INT:
        return json_integer(*(const int *)at);
    case FIELD_INT64:
        return json_integer(*(const int64_t *)at);
    case FIELD_DOUBLE:
        return isfinite(*(const double *)at) ? json_real(*(const double *)at) : json_null();
    case FIELD_TEXT:
        return json_text(*(const char *const *)at);
    case FIELD_BITS:
        return base64(*(const uint8_t *const *)at, bitmap_bytes((size_t)(*(const int64_t *)count)));
    case FIELD_INT64S:
        return int64_array(*(const int64_t *const *)at, (size_t)(*(const int *)count));
    case FIELD_PHASES:
        return int64_array(at, PHASE_COUNT);
    }
    DIE("bug: field %s has no type", field->name);
}

void wire_encode(const struct record *record, struct str *ret_line)
{
    json_t *object = json_made(json_object());
    json_put(object, "type", json_text(kinds[record->kind].type));
    for (const struct field *f = kinds[record->kind].fields; f->name; f++)
        json_put(object, f->name, field_to_json(f, record));
    json_add_dump(ret_line, object, JSON_COMPACT | JSON_REAL_PRECISION(17));
    str_add(ret_line, "\n");
    json_decref(object);
}

static int read_bits(const json_t *value, int64_t bits, struct arena *arena,
                     const uint8_t **ret_bits)
{
    const size_t size = bitmap_bytes((size_t)bits), length = json_string_length(value);
    if (!json_is_string(value) || bits < 0 || length != (size + 2) / 3 * 4)
        return -1;
    uint8_t *bytes;
    ARENA_NEW(arena, bytes, length / 4 * 3 + 1);
    if (EVP_DecodeBlock(bytes, (const unsigned char *)json_string_value(value), (int)length) < 0)
        return -1;
    *ret_bits = bytes;
    return 0;
}

static int read_int64s(const json_t *value, size_t count, int64_t *ret_values)
{
    if (!json_is_array(value) || json_array_size(value) != count)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const json_t *item = json_array_get(value, i);
        if (!json_is_integer(item))
            return -1;
        ret_values[i] = json_integer_value(item);
    }
    return 0;
}

static int field_from_json(const struct field *field, const json_t *value, struct arena *arena,
                           struct record *record)
{
    void *at = (char *)record + field->offset;
    const void *count = (const char *)record + field->count;
    switch (field->type) {
    case FIELD_INT:
        *(int *)at = (int)json_integer_value(value);
        return json_is_integer(value) ? 0 : -1;
    case FIELD_INT64:
        *(int64_t *)at = json_integer_value(value);
        return json_is_integer(value) ? 0 : -1;
    case FIELD_DOUBLE:
        *(double *)at = json_is_null(value) ? (double)NAN : json_number_value(value);
        return json_is_null(value) || json_is_number(value) ? 0 : -1;
    case FIELD_TEXT:
        *(const char **)at =
            json_is_string(value) ? arena_strdup(arena, json_string_value(value)) : NULL;
        return json_is_string(value) || json_is_null(value) ? 0 : -1;
    case FIELD_BITS:
        return read_bits(value, *(const int64_t *)count, arena, at);
    case FIELD_INT64S: {
        int64_t *values;
        const int n = *(const int *)count;
        if (n < 0 || (size_t)n != json_array_size(value))
            return -1;
        ARENA_NEW(arena, values, (size_t)n);
        *(const int64_t **)at = values;
        return read_int64s(value, (size_t)n, values);
    }
    case FIELD_PHASES:
        return read_int64s(value, PHASE_COUNT, at);
    }
    DIE("bug: field %s has no type", field->name);
}

static int find_kind(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "type"));
    for (int i = 0; type && i < KIND_COUNT; i++)
        if (strcmp(type, kinds[i].type) == 0)
            return i;
    return -1;
}

int wire_decode(const char *line, struct arena *arena, struct record *ret_record, struct err *err)
{
    json_error_t why;
    json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, &why);
    if (!object)
        return err_set(err, "not a record: %s: %.80s", why.text, line);
    const int kind = find_kind(object);
    if (kind < 0) {
        json_decref(object);
        return err_set(err, "a record of no known type: %.80s", line);
    }
    struct record record = {.kind = (enum record_kind)kind};
    for (const struct field *f = kinds[kind].fields; f->name; f++) {
        if (field_from_json(f, json_object_get(object, f->name), arena, &record)) {
            json_decref(object);
            return err_set(err, "%s record: bad or missing '%s'", kinds[kind].type, f->name);
        }
    }
    json_decref(object);
    *ret_record = record;
    return 0;
}
