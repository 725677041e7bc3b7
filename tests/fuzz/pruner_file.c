#include "base/mem.h"
#include "base/option.h"
#include "pruners/pruner.h"
#include "tests/fuzz/fuzz.h"

/* Of a training file of 10 samples 6 are in the split. */
static const uint16_t labels[] = {0, 1, 0, 1, 0, 1};
static const uint32_t origin[] = {1, 2, 4, 5, 7, 9};
enum { N = sizeof labels / sizeof *labels };

/* Kept samples or scores that were made elsewhere: as many samples are chosen as are to be kept. */
int fuzz_pruner_file(const uint8_t *bytes, size_t size)
{
    const struct pruner *pruner = pruner_find("file");
    const struct pruner_task task = {.n = N,
                                     .classes = 2,
                                     .labels = labels,
                                     .origin = origin,
                                     .origin_n = 10,
                                     .rate = 0.5,
                                     .epochs = 3};
    uint32_t index[N];
    float weight[N];
    struct pruner_selection selection = {.index = index, .weight = weight};
    struct pruner_run *run;
    struct arena arena = {0};
    struct err err;
    void *options = kind_defaults(&pruner->is, &arena);
    REQUIRE(option_set(option_find(pruner->options, "path"), options, fuzz_file(bytes, size),
                       &arena, &err) == 0);
    if (pruner_begin(pruner, options, &task, &run, &err) == 0) {
        REQUIRE(pruner_score(run, &err) == 0 && pruner_select(run, 0, &selection, &err) == 0);
        REQUIRE(selection.count == N / 2);
        pruner_end(run);
    }
    arena_release(&arena);
    return 0;
}
