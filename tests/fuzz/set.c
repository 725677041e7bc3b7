#include "harness/config/config.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static const char experiment[] =
    "name: a\ndataset: {name: synthetic, train_n: 100}\nmodel: [mlp, lenet]\n"
    "pruner: [full, {name: el2n, runs: 3}]\nrate: [0.3, 0.5]\nseed: [1, 2]\n"
    "train: {epochs: 2, lr: 0.05}\noverrides:\n  - when: {model: mlp}\n    train: {lr: 0.1}\n";

/* One or several of --set, each on a line, of an experiment without a mistake. */
int fuzz_set(const uint8_t *bytes, size_t size)
{
    enum { MOST = 4 };
    struct config *config;
    struct arena arena = {0};
    struct str all = {0}, set = {0}, errors = {0};
    const char *sets[MOST], *at;
    size_t count = 0;
    str_add_bytes(&all, (const char *)bytes, size);
    at = str_text(&all);
    while (count < MOST && str_next(&set, &at, "\n"))
        sets[count++] = arena_strdup(&arena, str_text(&set));
    if (config_load(fuzz_file(experiment, strlen(experiment)), sets, count, &config, &errors) == 0)
        config_free(config);
    else
        REQUIRE(errors.length > 0 && str_is_utf8(str_text(&errors)));
    STR_RELEASE(&all, &set, &errors);
    arena_release(&arena);
    return 0;
}
