#include "harness/keep/artifact.h"

#include "base/mem.h"
#include "base/seal.h"
#include "pruners/pruner.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void artifact_key(const char *shared, const char *machine, char ret_key[HASH_HEX_SIZE])
{
    struct hash *hash = hash_new();
    hash_add(hash, shared, strlen(shared) + 1);
    hash_add(hash, machine, strlen(machine) + 1);
    hash_add(hash, PRUNER_VERSION, sizeof PRUNER_VERSION);
    hash_finish(hash, ret_key);
}

static void put_header(struct seal *seal, const struct artifact *artifact)
{
    json_t *header =
        json_pack("{s:s, s:I, s:I, s:b, s:I, s:I, s:I, s:f}", "format", ARTIFACT_FORMAT, "n",
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
