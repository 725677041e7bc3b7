/*
 * When an epoch's steps look ahead and what is left in the end; what one look makes of the weights
 * is compared with PyTorch in tests/unit/models/nn/optim_torch.c.
 */
#include "base/mem.h"
#include "harness/train/trainer.h"
#include "tests/support/cell_bench.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* 200 samples are six batches of 32 and a rest of 8. */
enum { EPOCHS = 2, STEPS = 7, FULL_STEPS = 6 };

struct stage {
    struct bench bench;
    struct dataset *data;
    struct trainer trainer;
    struct pruner_selection all;
    size_t floats; /* of parameters and running statistics */
};

/* Batch norm has statistics. */
static void stage_init(struct stage *s, int every, double decay, double power, bool drop_last)
{
    *s = (struct stage){0};
    struct bench *b = &s->bench;
    bench_setup(b, pruner_find("full"), 0);
    bench_set_model(b, "convnet");
    b->data->samples = BENCH_SAMPLES;
    b->cell.recipe.batch = BENCH_BATCH;
    b->cell.recipe.drop_last = drop_last;
    b->cell.recipe.lookahead = every;
    b->cell.recipe.lookahead_decay = decay;
    b->cell.recipe.lookahead_power = power;
    cr_assert_eq(dataset_load(b->cell.dataset, b->cell.data, 1, dataset_dirs(NULL, &b->arena),
                              &s->data, &b->err),
                 0, "%s", b->err.text);
    cr_assert_eq(trainer_init(&s->trainer, b->cell.model, b->cell.model_options, s->data,
                              &b->cell.recipe, &b->cell.engine, 1, &b->err),
                 0, "%s", b->err.text);
    cr_assert_eq(s->data->train.n, BENCH_SAMPLES);
    cr_assert_gt(nn_buffer_count(s->trainer.net), 0);
    s->all.count = BENCH_SAMPLES;
    MEM_NEW(s->all.index, s->all.count);
    MEM_NEW(s->all.weight, s->all.count);
    for (uint32_t i = 0; i < s->all.count; i++) {
        s->all.index[i] = i;
        s->all.weight[i] = 1;
    }
    s->floats = nn_param_count(s->trainer.net) + nn_buffer_count(s->trainer.net);
}

static void stage_release(struct stage *s)
{
    trainer_release(&s->trainer);
    dataset_free(s->data);
    mem_free(s->all.index);
    mem_free(s->all.weight);
    arena_release(&s->bench.arena);
}

static void train(struct stage *s, int epoch)
{
    struct work work = {0};
    double loss;
    cr_assert_eq(
        trainer_epoch(&s->trainer, epoch, EPOCHS, &s->all, NULL, NULL, &work, &loss, &s->bench.err),
        0, "%s", s->bench.err.text);
}

/* A copy of parameters and running statistics. */
static float *network(struct stage *s)
{
    const size_t params = nn_param_count(s->trainer.net);
    float *copy;
    MEM_NEW(copy, s->floats);
    memcpy(copy, nn_params(s->trainer.net), params * sizeof *copy);
    memcpy(copy + params, nn_buffers(s->trainer.net), (s->floats - params) * sizeof *copy);
    return copy;
}

static bool same(const struct stage *s, const float *a, const float *b)
{
    return memcmp(a, b, s->floats * sizeof *a) == 0;
}

/* An average that keeps all of itself is the network of the start. */
Test(lookahead, the_average_is_what_is_left_after_the_last_step)
{
    struct stage s;
    stage_init(&s, 5, 1, 0, false);
    float *start = network(&s);
    train(&s, 0);
    float *first = network(&s); /* the 5th step went back, the two after it did not */
    cr_expect_not(same(&s, start, first));
    cr_expect_eq(s.trainer.optimizer.steps, STEPS);
    train(&s, 1);
    float *last = network(&s);
    cr_expect(same(&s, start, last));
    MEM_FREE(start, first, last);
    stage_release(&s);
}

/*
 * Once in an epoch, keeping share^100: nothing but rounding after the first of two, all after the
 * second, since the share is 1 then. So the network is that of plain training after its first.
 */
static void expect_share(bool drop_last)
{
    struct stage plain, s;
    stage_init(&plain, 0, 0, 0, drop_last);
    stage_init(&s, drop_last ? FULL_STEPS : STEPS, 1, 100, drop_last);
    train(&plain, 0);
    train(&s, 0);
    float *a = network(&plain), *b = network(&s);
    cr_expect_lt(test_distance(b, a, s.floats), 1e-6);
    train(&s, 1);
    float *last = network(&s);
    cr_expect(same(&s, b, last));
    MEM_FREE(a, b, last);
    stage_release(&plain);
    stage_release(&s);
}

Test(lookahead, the_share_is_of_the_steps_that_are_done)
{
    expect_share(false);
    expect_share(true);
}

/* Steps go on counting from one epoch to the next: of 14, the 10th is the only one. */
Test(lookahead, steps_are_counted_over_epochs)
{
    struct stage s, plain;
    stage_init(&s, 10, 1, 0, false);
    stage_init(&plain, 0, 0, 0, false);
    train(&s, 0);
    train(&plain, 0);
    float *a = network(&s), *b = network(&plain);
    cr_expect(same(&s, a, b));
    MEM_FREE(a, b);
    stage_release(&s);
    stage_release(&plain);
}
