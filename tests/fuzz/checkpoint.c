#include "harness/keep/checkpoint.h"

#include "tests/fuzz/fuzz.h"

/* Whose checkpoint it has to be. */
static const struct checkpoint expected = {
    .identity = {"c", "e", "p", "m"},
    .param_count = 3,
    .optimizer_count = 3,
    .buffer_count = 2,
    .n = 5,
    .state_size = 4,
};

/* An array of the engine's can be read where it lies. */
#define REQUIRE_ARRAY(array) REQUIRE((uintptr_t)(array) % sizeof *(array) == 0)

int fuzz_checkpoint(const uint8_t *bytes, size_t size)
{
    struct checkpoint found, copy = {0};
    struct err err;
    struct str text = {0};
    const char *path = fuzz_sealed(bytes, size);
    if (checkpoint_peek(path, &found))
        checkpoint_describe(&found, &text);
    if (checkpoint_read(path, &expected, &found, &err) == CHECKPOINT_LOADED) {
        REQUIRE_ARRAY(found.params);
        REQUIRE_ARRAY(found.optimizer);
        REQUIRE_ARRAY(found.buffers);
        REQUIRE_ARRAY(found.scores);
        REQUIRE_ARRAY(found.index);
        REQUIRE_ARRAY(found.weight);
        for (size_t i = 0; i < found.kept; i++)
            REQUIRE(found.index[i] < expected.n);
        checkpoint_copy(&copy, &found);
        str_add_bytes(&text, found.records, found.record_bytes);
        checkpoint_release(&found);
        checkpoint_release(&copy);
    }
    str_release(&text);
    return 0;
}
