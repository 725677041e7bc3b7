#include "results/record/artifact.h"

#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* Whatever sizes it has; and of one that has to have these. */
int fuzz_artifact(const uint8_t *bytes, size_t size)
{
    const struct artifact expected = {.n = 5, .state_size = 4, .scores = (float[1]){0}};
    struct artifact found;
    struct str folder = {0};
    struct err err;
    const char *path = fuzz_sealed(bytes, size), *key = strrchr(path, '/') + 1;
    str_add_bytes(&folder, path, (size_t)(key - 1 - path));
    for (int i = 0; i < 2; i++)
        if (artifact_load(str_text(&folder), key, i ? &expected : NULL, &found, &err) ==
            ARTIFACT_LOADED) {
            REQUIRE(!i || (found.n == expected.n && found.state && found.scores));
            REQUIRE(found.state_size + (found.scores ? found.n * sizeof *found.scores : 0) < size);
            artifact_release(&found);
        }
    str_release(&folder);
    return 0;
}
