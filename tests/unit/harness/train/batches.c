/*
 * Pruners that drop samples batch by batch, in a cell and in the trainer alone: what is dropped is
 * neither trained on nor counted, and looking at a batch changes nothing.
 */
#include "harness/train/train.h"

#include "base/num.h"
#include "harness/train/trainer.h"
#include "tests/support/cell_bench.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { EPOCHS = BENCH_EPOCHS };

static void setup(struct bench *b, const struct pruner *pruner, const char *model, int samples,
                  int batch)
{
    bench_setup(b, pruner, 0);
    bench_set_model(b, model);
    b->data->samples = samples;
    b->cell.recipe.batch = batch;
}

/* ---- Pruners made up for this file ---- */

static enum pruner_due at_first(const struct pruner_run *run, int epoch)
{
    (void)run;
    return epoch == 0 ? DUE_SELECT : DUE_NO;
}

static void choose_all(struct pruner_run *run, struct rng *rng,
                       struct pruner_selection *ret_selection)
{
    (void)rng;
    ret_selection->count = run->task.n;
    for (size_t i = 0; i < run->task.n; i++)
        ret_selection->index[i] = (uint32_t)i;
}

static void choose_even(struct pruner_run *run, struct rng *rng,
                        struct pruner_selection *ret_selection)
{
    (void)rng;
    ret_selection->count = (run->task.n + 1) / 2;
    for (size_t j = 0; j < ret_selection->count; j++)
        ret_selection->index[j] = (uint32_t)(2 * j);
}

static void weigh_halves(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                         float *ret_weights)
{
    (void)run, (void)rng;
    for (size_t row = 0; row < batch->rows; row++)
        ret_weights[row] = 0.5f;
}

static void leave_all(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                      float *ret_weights)
{
    (void)run, (void)batch, (void)rng, (void)ret_weights;
}

static void drop_odd(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                     float *ret_weights)
{
    (void)run, (void)rng;
    for (size_t row = 0; row < batch->rows; row++)
        ret_weights[row] = batch->index[row] % 2 ? 0 : 1;
}

static void drop_all(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                     float *ret_weights)
{
    (void)run, (void)rng;
    memset(ret_weights, 0, batch->rows * sizeof *ret_weights);
}

static void drop_all_but_the_first(struct pruner_run *run, const struct pruner_batch *batch,
                                   struct rng *rng, float *ret_weights)
{
    drop_all(run, batch, rng, ret_weights);
    ret_weights[0] = 1;
}

static void weigh_wrongly(struct pruner_run *run, const struct pruner_batch *batch, struct rng *rng,
                          float *ret_weights)
{
    (void)run, (void)rng;
    ret_weights[batch->rows - 1] = -1;
}

static struct pruner made_up(void (*batch)(struct pruner_run *, const struct pruner_batch *,
                                           struct rng *, float *))
{
    return (struct pruner){
        .name = "made-up",
        .help = "of tests",
        .kind = PRUNER_DYNAMIC,
        .flags = PRUNER_SOFT_BUDGET,
        .due = at_first,
        .choose = choose_all,
        .batch = batch,
    };
}

/* ---- Looking changes nothing ---- */

/* Batch norm and augmentation: running statistics, crops and orders are all as without the look. */
Test(train_batches, who_drops_nothing_trains_as_full_bit_for_bit)
{
    const struct pruner pruner = made_up(leave_all);
    struct bench full, looks;
    setup(&full, pruner_find("full"), "convnet", 90, 32);
    setup(&looks, &pruner, "convnet", 90, 32);
    full.cell.recipe.augment = looks.cell.recipe.augment = AUGMENT_CROP_FLIP;
    bench_run_well(&full);
    bench_run_well(&looks);
    bench_assert_same_bits(&full.kept, &looks.kept);
    cr_assert_eq(looks.end.work.samples_forward, 2 * full.end.work.samples_forward);
    cr_assert_eq(looks.end.work.samples_backward, full.end.work.samples_backward);
    arena_release(&full.arena);
    arena_release(&looks.arena);
}

/* Steps go by their batch's statistics in any case, and so are the same; a test goes by the running
   ones, into which a look in training mode is taken too. */
Test(train_batches, a_look_in_training_mode_is_taken_into_the_running_statistics)
{
    const char *const looks[] = {"evaluation", "training"};
    struct bench b[2];
    for (int i = 0; i < 2; i++) {
        setup(&b[i], pruner_find("progressive-dropout"), "convnet", 90, 32);
        bench_set_option(&b[i], "tau", "1"); /* nothing is dropped */
        bench_set_option(&b[i], "look", looks[i]);
        bench_run_well(&b[i]);
    }
    for (int epoch = 0; epoch < EPOCHS; epoch++)
        cr_expect_eq(b[0].kept.epochs[epoch].train_loss, b[1].kept.epochs[epoch].train_loss,
                     "epoch %d", epoch);
    cr_expect_eq(b[0].end.work.samples_forward, b[1].end.work.samples_forward);
    cr_expect_neq(b[0].end.test_loss, b[1].end.test_loss, "%g", b[0].end.test_loss);
    bench_teardown(&b[0]);
    bench_teardown(&b[1]);
}

/* One batch an epoch: the step on what is left of it is the step of whoever chose just that. */
Test(train_batches, what_is_left_trains_as_if_nothing_else_had_been_chosen)
{
    const struct pruner drops = made_up(drop_odd);
    struct pruner chooses = made_up(NULL);
    chooses.choose = choose_even;
    struct bench a, b;
    setup(&a, &drops, "convnet", 90, 100);
    setup(&b, &chooses, "convnet", 90, 100);
    a.cell.recipe.augment = b.cell.recipe.augment = AUGMENT_CROP_FLIP;
    bench_run_well(&a);
    bench_run_well(&b);
    bench_assert_same_bits(&a.kept, &b.kept);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

Test(train_batches, weights_are_factors_of_the_loss)
{
    const struct pruner pruner = made_up(weigh_halves);
    struct bench full, halves;
    setup(&full, pruner_find("full"), "softmax", 60, 60);
    setup(&halves, &pruner, "softmax", 60, 60);
    bench_run_well(&full);
    bench_run_well(&halves);
    cr_assert_float_eq(halves.kept.epochs[0].train_loss, full.kept.epochs[0].train_loss / 2, 1e-6,
                       "%g %g", halves.kept.epochs[0].train_loss, full.kept.epochs[0].train_loss);
    arena_release(&full.arena);
    arena_release(&halves.arena);
}

/* ---- Last batches and sums ---- */

/* 200 samples are six batches of 32 and a rest of 8; 20 are no batch, and all that there is. */
Test(train_batches, the_last_one_may_be_dropped)
{
    static const struct {
        int samples, trained;
    } cases[] = {{200, 192}, {192, 192}, {33, 32}, {20, 20}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bench b;
        setup(&b, pruner_find("full"), "softmax", cases[i].samples, 32);
        b.cell.recipe.drop_last = true;
        bench_run_well(&b);
        cr_expect_eq(b.kept.epochs[0].kept, cases[i].trained, "%d of %d",
                     (int)b.kept.epochs[0].kept, cases[i].samples);
        arena_release(&b.arena);
    }
}

/* With batches of one size, sums are means of a learning rate as many times as large; the weight
   decay, which no loss scales, is 0. A power of two, so that the same bits come of it. */
Test(train_batches, a_summed_loss_is_a_larger_step)
{
    struct bench mean, sum;
    setup(&mean, pruner_find("full"), "softmax", 192, 32);
    setup(&sum, pruner_find("full"), "softmax", 192, 32);
    mean.cell.recipe.weight_decay = sum.cell.recipe.weight_decay = 0;
    mean.cell.recipe.lr = 0.25;
    sum.cell.recipe.lr = 0.25 / 32;
    sum.cell.recipe.loss = LOSS_SUM;
    bench_run_well(&mean);
    bench_run_well(&sum);
    bench_assert_same_bits(&mean.kept, &sum.kept);
    arena_release(&mean.arena);
    arena_release(&sum.arena);
}

/* ---- The books ---- */

Test(train_batches, only_what_is_back_propagated_counts_as_kept)
{
    const struct pruner pruner = made_up(drop_odd);
    struct bench b;
    setup(&b, &pruner, "softmax", 201, 32);
    bench_run_well(&b);
    for (size_t e = 0; e < EPOCHS; e++) {
        const int64_t epochs = (int64_t)e + 1;
        cr_assert_eq(b.kept.epochs[e].kept, 101);
        cr_assert_eq(b.kept.epochs[e].work.samples_backward, 101 * epochs);
        cr_assert_eq(b.kept.epochs[e].work.samples_forward, (201 + 101) * epochs);
    }
    cr_assert_float_eq(b.end.kept_fraction, 101.0 / 201, 1e-12, "%g", b.end.kept_fraction);
    cr_assert_gt(b.end.phase_ns[PHASE_SCORE], 0);
    cr_assert_gt(b.end.phase_ns[PHASE_TRAIN], 0);
    arena_release(&b.arena);
}

/* The schedule is as with all steps; there is no loss to tell of. */
Test(train_batches, an_epoch_may_keep_nothing)
{
    const struct pruner pruner = made_up(drop_all);
    struct bench full, none;
    setup(&full, pruner_find("full"), "softmax", 60, 32);
    setup(&none, &pruner, "softmax", 60, 32);
    bench_run_well(&full);
    bench_run_well(&none);
    for (size_t e = 0; e < EPOCHS; e++) {
        cr_assert_eq(none.kept.epochs[e].kept, 0);
        cr_assert(isnan(none.kept.epochs[e].train_loss));
        cr_assert(none.kept.epochs[e].lr == full.kept.epochs[e].lr);
        cr_assert(none.kept.epochs[e].test_accuracy == none.kept.epochs[0].test_accuracy);
    }
    cr_assert_eq(none.end.kept_fraction, 0.0);
    cr_assert_eq(none.end.work.samples_backward, 0);
    arena_release(&full.arena);
    arena_release(&none.arena);
}

/* Where a map is one pixel (resnet18 at 8 x 8), a channel of one sample has variance 0: batch norm
   then gives its shift, passes no gradient, and its running variance falls by a tenth. */
Test(train_batches, a_batch_may_keep_a_single_sample)
{
    const struct pruner pruner = made_up(drop_all_but_the_first);
    const char *const models[] = {"convnet", "resnet8", "resnet18"};
    for (size_t m = 0; m < sizeof models / sizeof *models; m++)
        for (int threads = 1; threads <= 2; threads++) {
            struct bench b;
            setup(&b, &pruner, models[m], 40, 16);
            b.cell.engine.threads = threads;
            b.cell.recipe.epochs = 1;
            bench_run_well(&b);
            cr_assert_eq(b.kept.epochs[0].kept, 3);
            cr_assert(isfinite(b.kept.epochs[0].train_loss), "%s", models[m]);
            arena_release(&b.arena);
        }
}

Test(train_batches, a_wrong_weight_is_the_pruners_mistake_and_no_divergence)
{
    const struct pruner pruner = made_up(weigh_wrongly);
    struct bench b;
    setup(&b, &pruner, "softmax", 60, 32);
    cr_assert_neq(bench_run(&b), 0);
    cr_assert(strstr(b.err.text, "made-up: bug: weight -1"), "%s", b.err.text);
    arena_release(&b.arena);
}

/* ---- The pruners of the registry that do ---- */

static void expect_dropout(const char *name)
{
    enum { SAMPLES = 300 };
    struct bench a, b;
    setup(&a, pruner_find(name), "softmax", SAMPLES, 32);
    setup(&b, pruner_find(name), "softmax", SAMPLES, 32);
    bench_run_well(&a);
    bench_run_well(&b);
    bench_assert_same_bits(&a.kept, &b.kept);
    cr_assert_lt(a.kept.epochs[1].kept, SAMPLES, "%s", name);
    cr_assert_eq(a.kept.epochs[EPOCHS - 1].kept, SAMPLES, "%s: the last epoch takes all", name);
    const struct work work = a.end.work;
    cr_assert_eq(work.samples_forward - work.samples_backward, (EPOCHS - 1) * SAMPLES);
    cr_assert_float_eq(a.end.kept_fraction, (double)work.samples_backward / (EPOCHS * SAMPLES),
                       1e-12);
    cr_assert_gt(a.end.phase_ns[PHASE_SCORE], 0);
    cr_assert_gt(a.end.test_accuracy, 0.5, "%s: %g", name, a.end.test_accuracy);
    arena_release(&a.arena);
    arena_release(&b.arena);
}

Test(train_batches, progressive_dropout_and_its_control)
{
    expect_dropout("progressive-dropout");
    expect_dropout("smrd");
}

Test(train_batches, the_others_with_a_soft_budget_repeat_themselves)
{
    const char *const names[] = {"seta", "orderdp", "bls-infobatch", "bls-seta"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct bench a, b;
        setup(&a, pruner_find(names[i]), "softmax", 200, 32);
        setup(&b, pruner_find(names[i]), "softmax", 200, 32);
        a.cell.rate = b.cell.rate = 0.5;
        bench_run_well(&a);
        bench_run_well(&b);
        bench_assert_same_bits(&a.kept, &b.kept);
        cr_assert(a.end.kept_fraction > 0 && a.end.kept_fraction < 1, "%s keeps %g", names[i],
                  a.end.kept_fraction);
        cr_assert_eq(a.end.work.samples_forward, a.end.work.samples_backward, "%s", names[i]);
        arena_release(&a.arena);
        arena_release(&b.arena);
    }
}

/* ---- What a pruner is shown ---- */

static size_t no_state(const void *options, const struct pruner_task *task)
{
    (void)options, (void)task;
    return sizeof(int);
}

static bool always(const struct pruner_run *run)
{
    (void)run;
    return true;
}

/* Of what drop_odd leaves: each sample's batch loss is the mean over its batch, of the step. */
static void check_batch_losses(struct pruner_run *run, const struct pruner_pass *pass)
{
    double losses = 0, batch_losses = 0, different = 0;
    *(int *)run->state += 1;
    for (size_t i = 0; i < pass->n; i++) {
        cr_assert_eq(pass->seen[i], i % 2 == 0, "sample %zu", i);
        if (!pass->seen[i])
            continue;
        losses += (double)pass->losses[i];
        batch_losses += (double)pass->batch_losses[i];
        bool again = false;
        for (size_t j = 0; j < i; j += 2)
            again = again || pass->batch_losses[j] == pass->batch_losses[i];
        different += !again;
    }
    cr_assert_float_eq(losses, batch_losses, 1e-4 * losses, "%g, %g", losses, batch_losses);
    cr_assert(different == 2, "%g means of 2 batches", different);
}

Test(train_batches, training_tells_the_mean_loss_of_each_batch)
{
    struct pruner pruner = made_up(drop_odd);
    pruner.needs = NEEDS_LOSSES | NEEDS_BATCH_LOSSES;
    pruner.state_size = no_state;
    pruner.observe = check_batch_losses;
    pruner.watch_training = always;
    struct bench b;
    setup(&b, &pruner, "softmax", 60, 32);
    bench_run_well(&b);
    arena_release(&b.arena);
}

/* ---- The trainer alone ---- */

struct stage {
    struct bench bench;
    struct dataset *data;
    struct trainer trainer;
    struct pruner_selection all;
    const float *expected; /* [n] losses of a scoring pass, or NULL */
    size_t rows;           /* shown so far */
    int looks;
};

static void stage_init(struct stage *s, int samples, int batch)
{
    *s = (struct stage){0};
    struct bench *b = &s->bench;
    setup(b, pruner_find("full"), "softmax", samples, batch);
    cr_assert_eq(dataset_load(b->cell.dataset, b->cell.data, 1, dataset_dirs(NULL, &b->arena),
                              &s->data, &b->err),
                 0, "%s", b->err.text);
    cr_assert_eq(trainer_init(&s->trainer, b->cell.model, b->cell.model_options, s->data,
                              &b->cell.recipe, &b->cell.engine, 1, &b->err),
                 0, "%s", b->err.text);
    s->all.count = (size_t)samples;
    MEM_NEW(s->all.index, s->all.count);
    MEM_NEW(s->all.weight, s->all.count);
    for (uint32_t i = 0; i < s->all.count; i++) {
        s->all.index[i] = i;
        s->all.weight[i] = 1;
    }
}

static void stage_release(struct stage *s)
{
    trainer_release(&s->trainer);
    dataset_free(s->data);
    mem_free(s->all.index);
    mem_free(s->all.weight);
    arena_release(&s->bench.arena);
}

static void note_look(void *context)
{
    struct stage *s = context;
    s->looks++;
}

/* Of class c, from the features [width] as the batch has them. */
static float logit(const struct nn_net *net, const float *features, size_t width, size_t c)
{
    const float *weights = nn_classifier_weights(net) + c * width;
    float sum = nn_classifier_bias(net)[c];
    for (size_t f = 0; f < width; f++)
        sum += weights[f] * features[f];
    return sum;
}

/* Drops all, so that the network stays what it was. */
static int check_shown(void *context, const struct pruner_batch *batch, size_t step,
                       float *ret_weights, struct err *err)
{
    (void)err;
    struct stage *s = context;
    const size_t classes = (size_t)s->data->classes;
    cr_assert_eq((int)step, s->looks - 1);
    cr_assert_eq(batch->epoch, 2);
    for (size_t row = 0; row < batch->rows; row++) {
        const size_t i = batch->index[row], label = s->data->train.labels[i];
        const float p = batch->probabilities[row * classes + label];
        cr_assert_eq(batch->labels[row], label);
        cr_assert_float_eq(batch->losses[row], -logf(p), 1e-5f);
        const size_t other = (label + 1) % classes, width = batch->feature_count;
        const float *features = batch->features + row * width;
        const float margin = logit(s->trainer.net, features, width, label) -
                             logit(s->trainer.net, features, width, other);
        cr_assert_float_eq(margin, logf(p / batch->probabilities[row * classes + other]), 1e-3f);
        if (s->expected)
            cr_assert_float_eq(batch->losses[row], s->expected[i], 1e-6f, "sample %zu: %g, %g", i,
                               (double)batch->losses[row], (double)s->expected[i]);
        ret_weights[row] = 0;
    }
    s->rows += batch->rows;
    return 0;
}

static int epoch_2(struct stage *s, struct work *work, double *ret_loss)
{
    const struct trainer_drop drop = {s, false, note_look, check_shown};
    return trainer_epoch(&s->trainer, 2, EPOCHS, &s->all, &drop, NULL, work, ret_loss,
                         &s->bench.err);
}

/* A batch may be larger than what a forward-only pass takes at once. */
static void expect_shown_as_a_pass_sees(int samples, int batch)
{
    struct stage s;
    struct observer observer;
    struct work work = {0};
    double loss;
    stage_init(&s, samples, batch);
    observer_init(&observer, NEEDS_LOSSES, s.data->train.n, 4, 1, s.data->train.labels);
    trainer_pass(&s.trainer, &s.data->train, &observer, &work);
    s.expected = observer.losses;
    cr_assert_eq(epoch_2(&s, &work, &loss), 0, "%s", s.bench.err.text);
    cr_assert_eq(s.rows, (size_t)samples);
    cr_assert_eq(work.samples_forward, 2 * samples);
    observer_release(&observer);
    stage_release(&s);
}

Test(train_batches, a_batch_is_shown_as_a_scoring_pass_sees_it)
{
    expect_shown_as_a_pass_sees(100, 32);
    expect_shown_as_a_pass_sees(TRAINER_EVAL_BATCH * 2 + 70, TRAINER_EVAL_BATCH * 2 + 50);
}

Test(train_batches, without_a_step_no_parameter_moves)
{
    struct stage s;
    struct work work = {0};
    double loss;
    stage_init(&s, 100, 32);
    const size_t size = nn_param_count(s.trainer.net) * sizeof(float);
    float *before;
    MEM_NEW(before, nn_param_count(s.trainer.net));
    memcpy(before, nn_params(s.trainer.net), size);
    cr_assert_eq(epoch_2(&s, &work, &loss), 0, "%s", s.bench.err.text);
    cr_assert(memcmp(before, nn_params(s.trainer.net), size) == 0);
    mem_free(before);
    stage_release(&s);
}

/* NaN is below no threshold: without this, a dead network would drop everything to the end. */
Test(train_batches, divergence_is_seen_where_everything_is_dropped)
{
    struct stage s;
    struct work work = {0};
    double loss;
    stage_init(&s, 100, 32);
    nn_params(s.trainer.net)[0] = NAN;
    cr_assert_neq(epoch_2(&s, &work, &loss), 0);
    cr_assert_str_eq(s.bench.err.text, "diverged: the loss is not finite in epoch 3, batch 1");
    stage_release(&s);
}

/* The last update of an epoch meets no loss that would show what it did. */
Test(train_batches, divergence_of_the_last_step_is_seen)
{
    struct stage s;
    struct work work = {0};
    double loss;
    stage_init(&s, 100, 100);
    s.trainer.schedule.lr = 1e300;
    cr_assert_neq(
        trainer_epoch(&s.trainer, 2, EPOCHS, &s.all, NULL, NULL, &work, &loss, &s.bench.err), 0);
    cr_assert_str_eq(s.bench.err.text, "diverged: the weights are not finite in epoch 3, batch 1");
    cr_assert_eq(s.trainer.diverged_epoch, 3);
    cr_assert_eq(s.trainer.diverged_step, 1);
    stage_release(&s);
}
