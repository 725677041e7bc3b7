#include "harness/keep/checkpoint.h"

#include "base/mem.h"
#include "base/save.h"
#include "base/seal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "winnow checkpoint 1";

/* The header is filled up with blanks to a multiple of this, so that the blocks behind it are
 * aligned where the file is read into memory. */
enum { HEADER_GRAIN = 64, LONGEST_HEADER = 4096 };

void checkpoint_folder(const char *db, struct str *ret_folder)
{
    save_target(db, ret_folder);
    str_add(ret_folder, ".checkpoints");
}

/* ---- Blocks ---- */

/* The arrays in their order in the file, the one place that knows it; the books come before them
 * and the records after. What holds bytes is last: the others stay aligned. */
enum { ARRAYS = 7 };

struct array {
    const void *at;
    size_t size;
};

static void list_arrays(const struct checkpoint *c, struct array ret_arrays[ARRAYS])
{
    const struct array arrays[ARRAYS] = {
        {c->params, mem_size(c->param_count, sizeof *c->params)},
        {c->velocity, mem_size(c->param_count, sizeof *c->velocity)},
        {c->buffers, mem_size(c->buffer_count, sizeof *c->buffers)},
        {c->scores, mem_size(c->n, sizeof *c->scores)},
        {c->index, mem_size(c->kept, sizeof *c->index)},
        {c->weight, mem_size(c->kept, sizeof *c->weight)},
        {c->state, c->state_size},
    };
    memcpy(ret_arrays, arrays, sizeof arrays);
}

/* Points the arrays at consecutive places from `base` on; returns the bytes that they take. */
static size_t place_arrays(struct checkpoint *c, const char *base)
{
    struct array arrays[ARRAYS];
    const char *at[ARRAYS];
    size_t offset = 0;
    list_arrays(c, arrays);
    for (int i = 0; i < ARRAYS; i++) {
        at[i] = arrays[i].size ? base + offset : NULL;
        offset += arrays[i].size;
    }
    c->params = (const void *)at[0];
    c->velocity = (const void *)at[1];
    c->buffers = (const void *)at[2];
    c->scores = (const void *)at[3];
    c->index = (const void *)at[4];
    c->weight = (const void *)at[5];
    c->state = at[6];
    return offset;
}

void checkpoint_copy(struct checkpoint *to, const struct checkpoint *from)
{
    struct array arrays[ARRAYS];
    char *memory = to->memory;
    size_t room = to->memory_size, size = 0;
    list_arrays(from, arrays);
    for (int i = 0; i < ARRAYS; i++)
        size += arrays[i].size;
    if (size > room) {
        mem_free(memory);
        room = size;
        MEM_NEW(memory, room);
    }
    size_t at = 0;
    for (int i = 0; i < ARRAYS; at += arrays[i++].size)
        if (arrays[i].size)
            memcpy(memory + at, arrays[i].at, arrays[i].size);
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

static void put_header(struct seal *seal, const struct checkpoint *c)
{
    static const char blanks[HEADER_GRAIN + 1] =
        "                                                                ";
    json_t *header = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:b, s:I, s:I, s:I, s:I, s:I, s:I}",
        "format", FORMAT, "cell", c->identity.cell, "engine", c->identity.engine, "pruners",
        c->identity.pruners, "machine", c->identity.machine, "stage", (int)c->stage, "run", c->run,
        "epoch", c->epoch, "epochs", c->epochs, "resumed", c->resumed, "average", c->average,
        "params", (json_int_t)c->param_count, "buffers", (json_int_t)c->buffer_count, "samples",
        (json_int_t)c->n, "kept", (json_int_t)c->kept, "state", (json_int_t)c->state_size,
        "records", (json_int_t)c->record_bytes);
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

int checkpoint_write(const char *path, const struct checkpoint *checkpoint, struct err *err)
{
    struct array arrays[ARRAYS];
    struct seal *seal;
    if (seal_open(path, &seal, err))
        return -1;
    put_header(seal, checkpoint);
    seal_put(seal, &checkpoint->books, sizeof checkpoint->books);
    list_arrays(checkpoint, arrays);
    for (int i = 0; i < ARRAYS; i++)
        if (arrays[i].size)
            seal_put(seal, arrays[i].at, arrays[i].size);
    if (checkpoint->record_bytes)
        seal_put(seal, checkpoint->records, checkpoint->record_bytes);
    return seal_close(seal, err);
}

/* ---- Reading ---- */

static int check_identity(const struct checkpoint_identity *found,
                          const struct checkpoint_identity *expected, struct err *err)
{
    if (strcmp(found->cell, expected->cell) != 0)
        return err_set(err, "it is of another cell, or its data have changed");
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

/* Fills all but books and arrays. The identity's texts live in *ret_header, which the caller
 * releases. */
static int parse_header(const char *line, size_t length, struct checkpoint *ret_checkpoint,
                        json_t **ret_header, struct err *err)
{
    struct checkpoint c = {0};
    json_error_t why;
    json_int_t params, buffers, n, kept, state, records;
    const char *format;
    int stage, average;
    json_t *header = json_loadb(line, length, JSON_REJECT_DUPLICATES, &why);
    if (!header ||
        json_unpack_ex(header, &why, 0,
                       "{s:s, s:s, s:s, s:s, s:s, s:i, s:i, s:i, s:i, s:i, s:b, s:I, s:I, s:I, "
                       "s:I, s:I, s:I}",
                       "format", &format, "cell", &c.identity.cell, "engine", &c.identity.engine,
                       "pruners", &c.identity.pruners, "machine", &c.identity.machine, "stage",
                       &stage, "run", &c.run, "epoch", &c.epoch, "epochs", &c.epochs, "resumed",
                       &c.resumed, "average", &average, "params", &params, "buffers", &buffers,
                       "samples", &n, "kept", &kept, "state", &state, "records", &records)) {
        json_decref(header);
        return err_set(err, "its header cannot be read");
    }
    const bool foreign = strcmp(format, FORMAT) != 0;
    if (foreign || stage < CHECKPOINT_PROXY || stage > CHECKPOINT_TRAIN) {
        json_decref(header);
        return err_set(err, "it is not of the format '%s'", FORMAT);
    }
    c.stage = (enum checkpoint_stage)stage;
    c.average = average != 0;
    c.param_count = (size_t)params;
    c.buffer_count = (size_t)buffers;
    c.n = (size_t)n;
    c.kept = (size_t)kept;
    c.state_size = (size_t)state;
    c.record_bytes = (size_t)records;
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
        c->buffer_count != (network ? expected->buffer_count : 0) ||
        c->state_size != expected->state_size || (c->n != 0 && (c->n != expected->n || !scored)) ||
        c->kept > (selected ? expected->n : 0) || c->run < 0 || c->epoch < 0 || c->resumed < 0)
        return err_set(err, "its sizes are not those of this cell");
    return 0;
}

static int check_selection(const struct checkpoint *c, size_t n, struct err *err)
{
    for (size_t j = 0; j < c->kept; j++)
        if (c->index[j] >= n)
            return err_set(err, "its selection holds sample %u of %zu", c->index[j], n);
    return 0;
}

/* bytes: the caller's until it succeeds. */
static int parse(char *bytes, size_t size, const struct checkpoint *expected,
                 struct checkpoint *ret_checkpoint, struct err *err)
{
    struct checkpoint c;
    json_t *header;
    const char *end = memchr(bytes, '\n', size);
    if (!end)
        return err_set(err, "its header cannot be read");
    if (parse_header(bytes, (size_t)(end - bytes), &c, &header, err))
        return -1;
    int failed =
        check_identity(&c.identity, &expected->identity, err) || check_sizes(&c, expected, err);
    json_decref(header);
    if (failed)
        return -1;
    c.identity = expected->identity;
    const size_t start = (size_t)(end - bytes) + 1 + sizeof c.books;
    const size_t arrays = place_arrays(&c, bytes + start);
    if (size < start || size - start < arrays || size - start - arrays != c.record_bytes)
        return err_set(err, "its sizes do not add up");
    memcpy(&c.books, end + 1, sizeof c.books);
    c.records = bytes + start + arrays;
    if (check_selection(&c, expected->n, err))
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
    json_t *header;
    struct err err;
    FILE *file = fopen(path, "re");
    const bool read = file && fgets(line, sizeof line, file) &&
                      parse_header(line, strlen(line), &c, &header, &err) == 0;
    if (file)
        fclose(file);
    if (!read)
        return false;
    json_decref(header);
    *ret_checkpoint = (struct checkpoint){
        .stage = c.stage, .run = c.run, .epoch = c.epoch, .epochs = c.epochs, .resumed = c.resumed};
    return true;
}
