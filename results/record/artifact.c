#include "results/record/artifact.h"

#include "base/mem.h"
#include "base/seal.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static const char FORMAT[] = "winnow artifact 1";

void artifact_folder(const char *db, struct str *ret_folder)
{
    const char *slash = strrchr(db, '/');
    str_add_bytes(ret_folder, db, slash ? (size_t)(slash - db) + 1 : 0);
    str_add(ret_folder, "artifacts");
}

void artifact_key(const char *shared, const char *machine, const char *pruners,
                  char ret_key[HASH_HEX_SIZE])
{
    struct hash *hash = hash_new();
    hash_add(hash, shared, strlen(shared) + 1);
    hash_add(hash, machine, strlen(machine) + 1);
    hash_add(hash, pruners, strlen(pruners) + 1);
    hash_finish(hash, ret_key);
}

/* ---- Writing ---- */

static void put_header(struct seal *seal, const struct artifact *artifact)
{
    json_t *header =
        json_pack("{s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:f}", "format", FORMAT, "n",
                  (json_int_t)artifact->n, "state", (json_int_t)artifact->state_size, "scores",
                  artifact->scores != NULL, "score_ns", (json_int_t)artifact->score_ns,
                  "samples_forward", (json_int_t)artifact->work.samples_forward, "samples_backward",
                  (json_int_t)artifact->work.samples_backward, "flops", artifact->work.flops);
    char *text = header ? json_dumps(header, JSON_COMPACT | JSON_REAL_PRECISION(17)) : NULL;
    if (!text)
        DIE("out of memory: JSON");
    seal_put(seal, text, strlen(text));
    seal_put(seal, "\n", 1);
    free(text);
    json_decref(header);
}

int artifact_save(const char *folder, const char *key, const struct artifact *artifact,
                  struct err *err)
{
    struct str path = {0};
    struct seal *seal;
    str_addf(&path, "%s/%s", folder, key);
    const int failed = seal_open(str_text(&path), &seal, err);
    str_release(&path);
    if (failed)
        return -1;
    put_header(seal, artifact);
    if (artifact->state)
        seal_put(seal, artifact->state, artifact->state_size);
    if (artifact->scores)
        seal_put(seal, artifact->scores, mem_size(artifact->n, sizeof *artifact->scores));
    return seal_close(seal, err);
}

/* ---- Reading ---- */

/* Fills all but the arrays; the length of the header goes to ret_length. */
static int read_header(const char *bytes, size_t size, struct artifact *ret_artifact,
                       int *ret_scores, size_t *ret_length, struct err *err)
{
    const char *end = memchr(bytes, '\n', size);
    json_int_t n, state, ns, forward, backward;
    const char *format;
    json_error_t why;
    json_t *header = end ? json_loadb(bytes, (size_t)(end - bytes), 0, &why) : NULL;
    if (!header || json_unpack_ex(header, &why, 0, "{s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:F}",
                                  "format", &format, "n", &n, "state", &state, "scores", ret_scores,
                                  "score_ns", &ns, "samples_forward", &forward, "samples_backward",
                                  &backward, "flops", &ret_artifact->work.flops)) {
        json_decref(header);
        return err_set(err, "its header cannot be read");
    }
    const int foreign = strcmp(format, FORMAT);
    json_decref(header);
    if (foreign)
        return err_set(err, "its format is not '%s'", FORMAT);
    ret_artifact->n = (size_t)n;
    ret_artifact->state_size = (size_t)state;
    ret_artifact->score_ns = ns;
    ret_artifact->work.samples_forward = forward;
    ret_artifact->work.samples_backward = backward;
    *ret_length = (size_t)(end - bytes) + 1;
    return 0;
}

static int parse(const char *bytes, size_t size, const struct artifact *expected,
                 struct artifact *ret_artifact, struct err *err)
{
    struct artifact a = {0};
    size_t at = 0;
    int scores = 0;
    if (read_header(bytes, size, &a, &scores, &at, err))
        return -1;
    const size_t rest = size - at, floats = rest - a.state_size;
    if (a.state_size > rest || a.n > SIZE_MAX / sizeof *a.scores ||
        floats != (scores ? a.n * sizeof *a.scores : 0))
        return err_set(err, "its sizes do not add up");
    if (expected && (a.n != expected->n || a.state_size != expected->state_size ||
                     (scores != 0) != (expected->scores != NULL)))
        return err_set(err, "its sizes do not match this pruner");
    unsigned char *state = NULL;
    if (a.state_size > 0) {
        MEM_NEW(state, a.state_size);
        memcpy(state, bytes + at, a.state_size);
    }
    a.state = state;
    if (scores) {
        MEM_NEW(a.scores, a.n);
        memcpy(a.scores, bytes + at + a.state_size, floats);
    }
    *ret_artifact = a;
    return 0;
}

enum artifact_found artifact_load(const char *folder, const char *key,
                                  const struct artifact *expected, struct artifact *ret_artifact,
                                  struct err *err)
{
    struct str path = {0};
    char *bytes = NULL;
    size_t size = 0;
    enum artifact_found found = ARTIFACT_LOADED;
    str_addf(&path, "%s/%s", folder, key);
    const enum seal_found what = seal_read(str_text(&path), &bytes, &size, err);
    if (what == SEAL_ABSENT) {
        found = ARTIFACT_ABSENT;
    } else if (what == SEAL_DAMAGED || parse(bytes, size, expected, ret_artifact, err)) {
        err_prefix(err, "%s: ", str_text(&path));
        found = ARTIFACT_DAMAGED;
    }
    mem_free(bytes);
    str_release(&path);
    return found;
}

void artifact_release(struct artifact *artifact)
{
    mem_free(artifact->state);
    mem_free(artifact->scores);
    *artifact = (struct artifact){0};
}
