#include "harness/data/pickle.h"
#include "tests/fuzz/fuzz.h"

/* A list of numbers, and an array whose bytes are there. */
int fuzz_pickle(const uint8_t *bytes, size_t size)
{
    struct arena arena = {0};
    const struct pickle *root = NULL, *labels, *data;
    struct err err;
    if (pickle_read("fuzz", bytes, size, &arena, &root, &err) == 0) {
        size_t n = 0;
        labels = pickle_find(root, "labels");
        for (const struct pickle_item *item = labels ? labels->first : NULL; item;
             item = item->next)
            n++;
        REQUIRE(!labels || n == labels->n);
        data = pickle_find(root, "data");
        if (data && data->kind == PICKLE_BYTES && data->rows) {
            REQUIRE(data->length % data->rows == 0);
            for (size_t i = 0; i < data->length; i++)
                REQUIRE(data->bytes[i] <= UINT8_MAX);
        }
    }
    arena_release(&arena);
    return 0;
}
