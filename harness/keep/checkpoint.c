#include "harness/keep/checkpoint.h"

#include "base/braced.h"
#include "base/mem.h"
#include "base/save.h"
#include "base/seal.h"
#include "results/record/wire.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "winnow checkpoint 2";

/* The header is filled up with blanks to a multiple of this, so that the blocks behind it are
 * aligned where the file is read into memory. */
enum { HEADER_GRAIN = 64, LONGEST_HEADER = 4096 };

void checkpoint_folder(const char *db, struct str *ret_folder)
{
    save_target(db, ret_folder);
    str_add(ret_folder, ".checkpoints");
}

/* ---- Blocks ---- */

#define ARRAY(pointer, length)                                                                     \
    BRACED(offsetof(struct checkpoint, pointer), offsetof(struct checkpoint, length),              \
           sizeof *((struct checkpoint *)0)->pointer)
#define BYTES(pointer, length)                                                                     \
    BRACED(offsetof(struct checkpoint, pointer), offsetof(struct checkpoint, length), 1)

/* The arrays in their order in the file; the lines come after them. What holds bytes is last: the
 * others stay aligned. */
static const struct array {
    size_t at, count, size; /* where the pointer is, where its length is; bytes of an element */
} arrays[] = {
    ARRAY(params, param_count),   ARRAY(optimizer, optimizer_count),
    ARRAY(buffers, buffer_count), ARRAY(scores, n),
    ARRAY(index, kept),           ARRAY(weight, kept),
    BYTES(state, state_size),
};
enum { ARRAYS = sizeof arrays / sizeof *arrays };

/* memcpy: the pointers are of several types. */
static const char *array_of(const struct checkpoint *c, int i, size_t *ret_bytes)
{
    const char *array;
    memcpy(&array, (const char *)c + arrays[i].at, sizeof array);
    *ret_bytes = mem_size(*(const size_t *)((const char *)c + arrays[i].count), arrays[i].size);
    return array;
}

/* Bytes of them all. */
static size_t size_of_arrays(const struct checkpoint *c)
{
    size_t size = 0, bytes;
    for (int i = 0; i < ARRAYS; i++, size += bytes)
        array_of(c, i, &bytes);
    return size;
}

/* Points the arrays at consecutive places from `base` on. */
static void place_arrays(struct checkpoint *c, const char *base)
{
    size_t bytes;
    for (int i = 0; i < ARRAYS; i++, base += bytes) {
        array_of(c, i, &bytes);
        const char *array = bytes ? base : NULL;
        memcpy((char *)c + arrays[i].at, &array, sizeof array);
    }
}

void checkpoint_copy(struct checkpoint *to, const struct checkpoint *from)
{
    char *memory = to->memory;
    const size_t size = size_of_arrays(from),
                 room = size > to->memory_size ? size : to->memory_size;
    if (size > to->memory_size) {
        mem_free(memory);
        MEM_NEW(memory, room);
    }
    char *at = memory;
    for (int i = 0; i < ARRAYS; i++) {
        size_t bytes;
        const char *array = array_of(from, i, &bytes);
        if (bytes)
            memcpy(at, array, bytes);
        at += bytes;
    }
    *to = *from;
    to->memory = memory;
    to->memory_size = room;
    place_arrays(to, memory);
}

void checkpoint_release(struct checkpoint *checkpoint)
{
    mem_free(checkpoint->memory);
    *checkpoint = (struct checkpoint){0};
}

void checkpoint_describe(const struct checkpoint *checkpoint, struct str *ret_text)
{
    switch (checkpoint->stage) {
    case CHECKPOINT_PROXY:
        str_addf(ret_text, "epoch %d of %d of proxy %d", checkpoint->epoch, checkpoint->epochs,
                 checkpoint->run + 1);
        break;
    case CHECKPOINT_SCORED:
        str_add(ret_text, "its scores");
        break;
    case CHECKPOINT_TRAIN:
        str_addf(ret_text, "epoch %d of %d", checkpoint->epoch, checkpoint->epochs);
        break;
    }
}

/* ---- Writing ---- */

static void put_header(struct seal *seal, const struct checkpoint *c, size_t end_bytes)
{
    static const char blanks[HEADER_GRAIN + 1] =
        "                                                                ";
    json_t *header = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, "
        "s:I, s:I, s:I, s:I, s:I, s:b}",
        "format", FORMAT, "cell", c->identity.cell, "engine", c->identity.engine, "pruners",
        c->identity.pruners, "machine", c->identity.machine, "stage", (int)c->stage, "run", c->run,
        "epoch", c->epoch, "epochs", c->epochs, "average", c->average, "params",
        (json_int_t)c->param_count, "optimizer", (json_int_t)c->optimizer_count, "steps",
        (json_int_t)c->steps, "buffers", (json_int_t)c->buffer_count, "samples", (json_int_t)c->n,
        "kept", (json_int_t)c->kept, "state", (json_int_t)c->state_size, "records",
        (json_int_t)c->record_bytes, "end", (json_int_t)end_bytes, "carried_ns",
        (json_int_t)c->carried_ns, "unscored_ns", (json_int_t)c->unscored_ns, "trained",
        (json_int_t)c->trained, "spread", c->spread);
    char *text = header ? json_dumps(header, JSON_COMPACT) : NULL;
    if (!text)
        DIE("out of memory: JSON");
    const size_t length = strlen(text), over = (length + 1) % HEADER_GRAIN;
    seal_put(seal, text, length);
    seal_put(seal, blanks, over ? HEADER_GRAIN - over : 0);
    seal_put(seal, "\n", 1);
    free(text);
    json_decref(header);
}

/* As one more line behind the records. */
static void end_line(const struct checkpoint *checkpoint, struct str *ret_line)
{
    struct record record = {.kind = RECORD_END, .end = checkpoint->end};
    record.end.reason = record.end.log = record.end.timing.pinned = record.end.timing.reason = NULL;
    wire_encode(&record, ret_line);
}

int checkpoint_write(const char *path, const struct checkpoint *checkpoint, struct err *err)
{
    struct seal *seal;
    struct str end = {0};
    if (seal_open(path, &seal, err))
        return -1;
    end_line(checkpoint, &end);
    put_header(seal, checkpoint, end.length);
    for (int i = 0; i < ARRAYS; i++) {
        size_t bytes;
        const char *array = array_of(checkpoint, i, &bytes);
        if (bytes)
            seal_put(seal, array, bytes);
    }
    if (checkpoint->record_bytes)
        seal_put(seal, checkpoint->records, checkpoint->record_bytes);
    seal_put(seal, str_text(&end), end.length);
    str_release(&end);
    return seal_close(seal, err);
}

/* ---- Reading ---- */

static int check_identity(const struct checkpoint_identity *found,
                          const struct checkpoint_identity *expected, struct err *err)
{
    if (strcmp(found->cell, expected->cell) != 0)
        return err_set(err, "it belongs to another cell, or the data have changed");
    if (strcmp(found->engine, expected->engine) != 0)
        return err_set(err, "it was made by version %s of the engine, this is %s", found->engine,
                       expected->engine);
    if (strcmp(found->pruners, expected->pruners) != 0)
        return err_set(err, "it was made by version %s of the pruners, this is %s", found->pruners,
                       expected->pruners);
    if (strcmp(found->machine, expected->machine) != 0)
        return err_set(err, "it was made on '%s', this is '%s'", found->machine, expected->machine);
    return 0;
}

/* Fills all but arrays and end. The identity's texts live in *ret_header, which the caller
 * releases. */
static int parse_header(const char *line, size_t length, struct checkpoint *ret_checkpoint,
                        size_t *ret_end_bytes, json_t **ret_header, struct err *err)
{
    struct checkpoint c = {0};
    json_error_t why;
    json_int_t params, buffers, n, kept, state, records, end, carried, unscored, trained;
    json_int_t optimizer = -1, steps = 0; /* what an older file has: a velocity */
    int stage, average, spread = 0;
    json_t *header = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);
    const char *format = json_string_value(json_object_get(header, "format"));
    if (format && strcmp(format, FORMAT) != 0) {
        json_decref(header);
        return err_set(err, "its format is not '%s'", FORMAT);
    }
    if (!header ||
        json_unpack_ex(header, &why, 0,
                       "{s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:b, s:I, s:I, s:I, s:I, "
                       "s:I, s:I, s:I, s:I, s:I, s:I, s?I, s?I, s?b}",
                       "cell", &c.identity.cell, "engine", &c.identity.engine, "pruners",
                       &c.identity.pruners, "machine", &c.identity.machine, "stage", &stage, "run",
                       &c.run, "epoch", &c.epoch, "epochs", &c.epochs, "average", &average,
                       "params", &params, "buffers", &buffers, "samples", &n, "kept", &kept,
                       "state", &state, "records", &records, "end", &end, "carried_ns", &carried,
                       "unscored_ns", &unscored, "trained", &trained, "optimizer", &optimizer,
                       "steps", &steps, "spread", &spread) ||
        stage < CHECKPOINT_PROXY || stage > CHECKPOINT_TRAIN) {
        json_decref(header);
        return err_set(err, "its header cannot be read");
    }
    c.stage = (enum checkpoint_stage)stage;
    c.average = average != 0;
    c.spread = spread != 0;
    c.param_count = (size_t)params;
    c.optimizer_count = (size_t)(optimizer < 0 ? params : optimizer);
    c.steps = steps;
    c.buffer_count = (size_t)buffers;
    c.n = (size_t)n;
    c.kept = (size_t)kept;
    c.state_size = (size_t)state;
    c.record_bytes = (size_t)records;
    c.carried_ns = carried;
    c.unscored_ns = unscored;
    c.trained = trained;
    *ret_end_bytes = (size_t)end;
    *ret_checkpoint = c;
    *ret_header = header;
    return 0;
}

static int check_sizes(const struct checkpoint *c, const struct checkpoint *expected,
                       struct err *err)
{
    const bool network = c->stage != CHECKPOINT_SCORED, scored = c->stage != CHECKPOINT_PROXY;
    const bool selected = c->stage == CHECKPOINT_TRAIN;
    if (c->param_count != (network ? expected->param_count : 0) ||
        c->optimizer_count != (network ? expected->optimizer_count : 0) || c->steps < 0 ||
        c->buffer_count != (network ? expected->buffer_count : 0) ||
        c->state_size != expected->state_size || (c->n != 0 && (c->n != expected->n || !scored)) ||
        c->kept > (selected ? expected->n : 0) || c->run < 0 || c->epoch < 0)
        return err_set(err, "its sizes do not match this cell");
    return 0;
}

static int check_selection(const struct checkpoint *c, size_t n, struct err *err)
{
    for (size_t j = 0; j < c->kept; j++)
        if (c->index[j] >= n)
            return err_set(err, "its selection holds sample %u of %zu", c->index[j], n);
    return 0;
}

static int parse_end(const char *line, size_t length, struct record_end *ret_end, struct err *err)
{
    struct str text = {0};
    struct arena arena = {0};
    struct record record;
    str_add_bytes(&text, line, length);
    int failed = wire_decode(str_text(&text), &arena, &record, err);
    if (!failed && record.kind != RECORD_END)
        failed = err_set(err, "its last record is not an end record");
    if (!failed)
        *ret_end = record.end; /* without texts (end_line) */
    arena_release(&arena);
    str_release(&text);
    return failed;
}

/* bytes: the caller's until it succeeds. */
static int parse(char *bytes, size_t size, const struct checkpoint *expected,
                 struct checkpoint *ret_checkpoint, struct err *err)
{
    struct checkpoint c;
    size_t end_bytes;
    json_t *header;
    const char *line_end = memchr(bytes, '\n', size);
    if (!line_end)
        return err_set(err, "its header cannot be read");
    const size_t start = (size_t)(line_end - bytes) + 1;
    if (parse_header(bytes, start - 1, &c, &end_bytes, &header, err))
        return -1;
    int failed =
        check_identity(&c.identity, &expected->identity, err) || check_sizes(&c, expected, err);
    json_decref(header);
    if (failed)
        return -1;
    if (start % HEADER_GRAIN)
        return err_set(err, "its header is not filled to a multiple of %d bytes", HEADER_GRAIN);
    c.identity = expected->identity;
    const size_t lines = start + size_of_arrays(&c);
    if (size < lines || size - lines < end_bytes || size - lines - end_bytes != c.record_bytes)
        return err_set(err, "its sizes do not add up");
    place_arrays(&c, bytes + start);
    c.records = bytes + lines;
    if (check_selection(&c, expected->n, err) ||
        parse_end(c.records + c.record_bytes, end_bytes, &c.end, err))
        return -1;
    c.memory = bytes;
    c.memory_size = size;
    *ret_checkpoint = c;
    return 0;
}

enum checkpoint_found checkpoint_read(const char *path, const struct checkpoint *expected,
                                      struct checkpoint *ret_checkpoint, struct err *err)
{
    char *bytes = NULL;
    size_t size = 0;
    const enum seal_found found = seal_read(path, &bytes, &size, err);
    if (found == SEAL_ABSENT)
        return CHECKPOINT_ABSENT;
    if (found == SEAL_DAMAGED || parse(bytes, size, expected, ret_checkpoint, err)) {
        err_prefix(err, "%s: ", path);
        mem_free(bytes);
        return CHECKPOINT_REFUSED;
    }
    return CHECKPOINT_LOADED;
}

bool checkpoint_peek(const char *path, struct checkpoint *ret_checkpoint)
{
    char line[LONGEST_HEADER];
    struct checkpoint c;
    size_t end_bytes;
    json_t *header;
    struct err err;
    FILE *file = fopen(path, "re");
    const bool read = file && fgets(line, sizeof line, file) &&
                      parse_header(line, strlen(line), &c, &end_bytes, &header, &err) == 0;
    if (file)
        fclose(file);
    if (!read)
        return false;
    json_decref(header);
    *ret_checkpoint =
        (struct checkpoint){.stage = c.stage, .run = c.run, .epoch = c.epoch, .epochs = c.epochs};
    return true;
}
