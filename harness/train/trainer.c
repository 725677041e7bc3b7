#include "harness/train/trainer.h"

#include "base/mem.h"
#include "base/num.h"

#include <math.h>
#include <string.h>

static struct augment augment_of(const struct recipe *recipe, uint64_t seed, int epoch)
{
    return (struct augment){
        .kind = (enum augment_kind)recipe->augment,
        .pad = recipe->crop_pad,
        .seed = seed,
        .epoch = (uint32_t)epoch,
        .flip = (enum flip_kind)recipe->flip,
        .border = (enum border_kind)recipe->crop_border,
    };
}

/* The initial weights that follow from the training pictures. */
static void prepare_weights(struct trainer *trainer)
{
    const struct dataset *data = trainer->data;
    const struct model *model = trainer->model;
    const size_t n = data->train.n < model->pictures ? data->train.n : model->pictures;
    float *pictures;
    if (!model->prepare)
        return;
    MEM_NEW(pictures, mem_size(n, (size_t)(data->h * data->w * data->c)));
    for (size_t i = 0; i < n; i++)
        trainer->order[i] = (uint32_t)i;
    dataset_gather(data, &data->train, trainer->order, n, NULL, pictures);
    model->prepare(trainer->net, trainer->model_options, pictures, n);
    mem_free(pictures);
}

struct optimizer_setting trainer_steps(const struct recipe *recipe)
{
    return (struct optimizer_setting){
        .kind = (enum optimizer_kind)recipe->optimizer,
        .beta2 = recipe->adam_beta2,
        .epsilon = recipe->adam_epsilon,
        .trust = recipe->lars_trust,
        .momentum = recipe->momentum,
        .weight_decay = recipe->weight_decay,
        .nesterov = recipe->nesterov,
        .lookahead = {recipe->lookahead, recipe->lookahead_decay, recipe->lookahead_power},
    };
}

/*
 * What test-time augmentation looks at, and the weights of the logits: the picture, and pictures
 * that the padded one holds one pixel up and left and one pixel down and right, each with its
 * mirror image (Jordan 2024, arXiv 2404.00498).
 */
static const struct {
    struct window view;
    double weight[TTA_KINDS];
} views[] = {
    {{0, 0, false, false}, {1, 0.5, 0.25}},  {{0, 0, true, false}, {0, 0.5, 0.25}},
    {{-1, -1, false, false}, {0, 0, 0.125}}, {{-1, -1, true, false}, {0, 0, 0.125}},
    {{1, 1, false, false}, {0, 0, 0.125}},   {{1, 1, true, false}, {0, 0, 0.125}},
};

size_t trainer_test_views(const struct recipe *recipe)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof views / sizeof *views; i++)
        count += views[i].weight[recipe->tta] > 0;
    return count;
}

static int check_views(const struct dataset *data, const struct recipe *recipe, struct err *err)
{
    const struct augment last = {.view = &views[trainer_test_views(recipe) - 1].view};
    return dataset_check_augment(data, &last, err)
               ? err_prefix(err, "tta: mirror-shift shifts pictures, mirror does not: ")
               : 0;
}

int trainer_init(struct trainer *trainer, const struct model *model, const void *model_options,
                 const struct dataset *data, const struct recipe *recipe,
                 const struct engine *engine, uint64_t seed, struct err *err)
{
    struct nn_net *net;
    const struct nn_shape shape = {data->h, data->w, data->c};
    const struct augment augment = augment_of(recipe, seed, 0);
    if (dataset_check_augment(data, &augment, err) || check_views(data, recipe, err))
        return -1;
    if (model_build(model, model_options, shape, data->classes, &net, err))
        return -1;
    const struct nn_engine setting = engine_setting(engine, recipe);
    nn_net_plan(net, recipe->batch, TRAINER_EVAL_BATCH, &setting);
    nn_net_init(net, seed);
    nn_zero_gradients(net); /* from here on optimizer_step leaves them so */
    const size_t n = data->train.n, batch = (size_t)recipe->batch;
    *trainer = (struct trainer){
        .data = data,
        .recipe = recipe,
        .seed = seed,
        .steps = recipe->steps,
        .schedule = {.kind = (enum schedule_kind)recipe->schedule,
                     .lr = recipe->lr,
                     .warmup = recipe->warmup,
                     .step_every = recipe->step_every,
                     .step_factor = recipe->step_factor,
                     .milestones = recipe->milestones.items,
                     .milestone_count = recipe->milestones.count,
                     .milestones_of = recipe_length(recipe),
                     .cycle_rise = recipe->cycle_rise,
                     .triangle_start = recipe->triangle_start,
                     .triangle_end = recipe->triangle_end,
                     .triangle_rise = recipe->triangle_rise},
        .net = net,
        .model = model,
        .model_options = model_options,
        .engine = engine,
    };
    const struct optimizer_setting steps = trainer_steps(recipe);
    optimizer_init(&trainer->optimizer, &steps, net);
    const size_t threads = (size_t)engine->threads,
                 least = threads > TRAINER_EVAL_BATCH ? threads : TRAINER_EVAL_BATCH,
                 rows = batch > least ? batch : least;
    MEM_NEW(trainer->order, n);
    MEM_NEW(trainer->place, n);
    MEM_NEW(trainer->batch_index, rows);
    MEM_NEW(trainer->batch_labels, rows);
    MEM_NEW(trainer->batch_weights, rows);
    MEM_NEW(trainer->batch_losses, rows);
    MEM_NEW(trainer->batch_factors, rows);
    MEM_NEW(trainer->batch_probabilities, mem_size(rows, (size_t)data->classes));
    MEM_NEW(trainer->batch_features, mem_size(batch, (size_t)nn_feature_count(net)));
    prepare_weights(trainer);
    return 0;
}

void trainer_release(struct trainer *trainer)
{
    nn_net_free(trainer->net);
    nn_net_free(trainer->single);
    optimizer_release(&trainer->optimizer);
    MEM_FREE(trainer->order, trainer->place, trainer->batch_index, trainer->batch_labels,
             trainer->batch_weights, trainer->batch_losses, trainer->batch_factors,
             trainer->batch_probabilities, trainer->batch_features);
    *trainer = (struct trainer){0};
}

double trainer_lr(const struct trainer *trainer, double epoch, int epochs)
{
    return trainer->steps ? schedule_lr(&trainer->schedule, (double)trainer->optimizer.steps,
                                        (double)trainer->steps)
                          : schedule_lr(&trainer->schedule, epoch, epochs);
}

static bool no_step_is_left(const struct trainer *trainer)
{
    return trainer->steps && trainer->optimizer.steps >= trainer->steps;
}

bool trainer_is_done(const struct trainer *trainer, int epoch, int epochs)
{
    return epoch >= epochs || no_step_is_left(trainer);
}

/* The selected samples in this epoch's order, in trainer->order[0..count-1]. */
static void order_selection(struct trainer *trainer, int epoch,
                            const struct pruner_selection *selection)
{
    const size_t n = trainer->data->train.n;
    memset(trainer->place, 0, n * sizeof *trainer->place);
    for (size_t j = 0; j < selection->count; j++)
        trainer->place[selection->index[j]] = (uint32_t)j + 1;
    for (size_t i = 0; i < n; i++)
        trainer->order[i] = (uint32_t)i;
    struct rng rng = rng_stream(trainer->seed, RNG_SHUFFLE, (uint32_t)epoch, 0);
    rng_shuffle(&rng, trainer->order, n);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (trainer->place[trainer->order[i]])
            trainer->order[kept++] = trainer->order[i];
    REQUIRE(kept == selection->count);
}

/* ---- In all of the network's threads ---- */

/* A batch to be gathered. */
struct gathering {
    const struct trainer *trainer;
    const struct split *split;
    const uint32_t *index; /* [rows] */
    size_t rows;
    const struct augment *augment; /* or NULL */
    float *out;                    /* [rows][h][w][c] */
};

/* The rows that the same thread will compute with (models/nn/team.h). */
static void gather_share(void *context, int rank, int threads)
{
    const struct gathering *g = context;
    const struct dataset *data = g->trainer->data;
    const size_t picture = (size_t)data->h * (size_t)data->w * (size_t)data->c;
    const size_t each = (g->rows + (size_t)threads - 1) / (size_t)threads,
                 from = each * (size_t)rank < g->rows ? each * (size_t)rank : g->rows,
                 rows = g->rows - from < each ? g->rows - from : each;
    dataset_gather(data, g->split, g->index + from, rows, g->augment, g->out + from * picture);
}

/* Straight into the input of the trainer's network. */
static void gather(const struct trainer *trainer, const struct split *split, const uint32_t *index,
                   size_t rows, const struct augment *augment)
{
    struct gathering gathering = {trainer, split,   index,
                                  rows,    augment, nn_input_buffer(trainer->net)};
    nn_parallel(trainer->net, gather_share, &gathering);
}

/* ---- Epochs and passes ---- */

/* Passes of the steps of an epoch; backward may be 0. */
static void count_work(struct work *work, const struct nn_net *net, int epoch, size_t forward,
                       size_t backward)
{
    work->samples_forward += (int64_t)forward;
    work->samples_backward += (int64_t)backward;
    work->flops +=
        (double)forward * nn_flops_forward(net) + (double)backward * nn_flops_backward(net, epoch);
}

static int diverged(struct trainer *trainer, const char *what, int epoch, size_t step,
                    struct err *err)
{
    trainer->diverged_epoch = epoch + 1;
    trainer->diverged_step = (int)step + 1;
    return err_set(err, "diverged: %s not finite in epoch %d, batch %zu", what, epoch + 1,
                   step + 1);
}

/* A batch on its way to a step. */
struct batch {
    int epoch;
    size_t step;  /* of the epoch, from 0 */
    size_t first; /* samples before it */
    uint32_t *index;
    size_t rows;
    struct augment augment;
};

/* What a forward-only pass makes of the batch, in batch_losses, _probabilities and _features. */
static void look_at(struct trainer *trainer, const struct batch *batch, bool in_training)
{
    const size_t classes = (size_t)trainer->data->classes,
                 width = (size_t)nn_feature_count(trainer->net),
                 most = in_training ? batch->rows : TRAINER_EVAL_BATCH;
    const struct nn_mode mode = {.train = in_training,
                                 .seed = trainer->seed,
                                 .epoch = (uint32_t)batch->epoch,
                                 .step = (uint32_t)batch->step};
    for (size_t from = 0, rows; from < batch->rows; from += rows) {
        rows = batch->rows - from < most ? batch->rows - from : most;
        gather(trainer, &trainer->data->train, batch->index + from, rows, &batch->augment);
        nn_forward(trainer->net, (int)rows, &mode);
        nn_loss(trainer->net, (int)rows, trainer->batch_labels + from, NULL, 0,
                trainer->batch_losses + from);
        num_softmax(trainer->batch_probabilities + from * classes, nn_logits(trainer->net), rows,
                    classes);
        memcpy(trainer->batch_features + from * width, nn_features(trainer->net),
               rows * width * sizeof *trainer->batch_features);
    }
}

/* Takes the samples out of the batch that drop leaves out; the others close up, in their order. */
static int drop_samples(struct trainer *trainer, const struct trainer_drop *drop,
                        struct batch *batch, struct err *err)
{
    const size_t rows = batch->rows;
    drop->look(drop->context);
    look_at(trainer, batch, drop->in_training);
    /* The only place to see it where nothing is left: NaN is above no threshold and below none. */
    if (!isfinite(num_sum(trainer->batch_losses, rows)))
        return diverged(trainer, "the loss is", batch->epoch, batch->step, err);
    const struct pruner_batch seen = {
        .epoch = batch->epoch,
        .first = batch->first,
        .rows = rows,
        .index = batch->index,
        .labels = trainer->batch_labels,
        .losses = trainer->batch_losses,
        .probabilities = trainer->batch_probabilities,
        .features = trainer->batch_features,
        .feature_count = (size_t)nn_feature_count(trainer->net),
    };
    float *factors = trainer->batch_factors;
    if (drop->decide(drop->context, &seen, batch->step, factors, err))
        return -1;
    batch->rows = 0;
    for (size_t row = 0; row < rows; row++) {
        if (factors[row] == 0)
            continue;
        batch->index[batch->rows] = batch->index[row];
        trainer->batch_labels[batch->rows] = trainer->batch_labels[row];
        trainer->batch_weights[batch->rows++] = trainer->batch_weights[row] * factors[row];
    }
    return 0;
}

/* One step on the batch, with learning rate lr; *ret_loss is what was minimised, a sample. */
static int step_on(struct trainer *trainer, const struct batch *batch, double lr, double *ret_loss,
                   struct err *err)
{
    const int n = (int)batch->rows;
    /* The engine divides by n. */
    const bool sum = trainer->recipe->loss == LOSS_SUM;
    for (int row = 0; sum && row < n; row++)
        trainer->batch_weights[row] *= (float)n;
    gather(trainer, &trainer->data->train, batch->index, batch->rows, &batch->augment);
    nn_forward(trainer->net, n,
               &(struct nn_mode){.train = true,
                                 .seed = trainer->seed,
                                 .epoch = (uint32_t)batch->epoch,
                                 .step = (uint32_t)batch->step});
    const double loss = nn_loss(trainer->net, n, trainer->batch_labels, trainer->batch_weights,
                                trainer->recipe->label_smoothing, trainer->batch_losses);
    if (!isfinite(loss))
        return diverged(trainer, "the loss is", batch->epoch, batch->step, err);
    nn_backward(trainer->net, n);
    optimizer_step(&trainer->optimizer, trainer->net, lr, batch->epoch);
    *ret_loss = sum ? loss / n : loss;
    return 0;
}

/* The engine divides by rows: weights of mean 1 come to a division by their sum. */
static void average_weights(float *weights, size_t rows)
{
    const double sum = num_sum(weights, rows);
    for (size_t row = 0; sum > 0 && row < rows; row++)
        weights[row] = (float)((double)weights[row] * (double)rows / sum);
}

int trainer_epoch(struct trainer *trainer, int epoch, int epochs,
                  const struct pruner_selection *selection, const struct trainer_drop *drop,
                  struct observer *observer, struct work *work, double *ret_loss, struct err *err)
{
    const uint16_t *labels = trainer->data->train.labels;
    /* The batches are cut from the selection, or else from all, to have their share of it. */
    const size_t count = selection->count, most = (size_t)trainer->recipe->batch,
                 whole = selection->spread ? trainer->data->train.n : count;
    struct batch batch = {.epoch = epoch,
                          .augment = augment_of(trainer->recipe, trainer->seed, epoch)};
    double loss_sum = 0;
    size_t trained = 0, looked = 0;
    order_selection(trainer, epoch, selection);
    optimizer_begin(&trainer->optimizer, trainer->net);
    /* One that is smaller than a batch has no other. */
    const size_t last = trainer->recipe->drop_last && whole > most ? whole - whole % most : whole;
    for (size_t end; batch.first < last && !no_step_is_left(trainer);
         batch.first = end, batch.step++) {
        end = last - batch.first < most ? last : batch.first + most;
        const size_t place = pruner_spread(count, whole, batch.first);
        batch.index = trainer->order + place;
        batch.rows = pruner_spread(count, whole, end) - place;
        for (size_t row = 0; row < batch.rows; row++) {
            trainer->batch_labels[row] = labels[batch.index[row]];
            trainer->batch_weights[row] = selection->weight[trainer->place[batch.index[row]] - 1];
        }
        if (selection->average)
            average_weights(trainer->batch_weights, batch.rows);
        looked += drop ? batch.rows : 0;
        if (drop && drop_samples(trainer, drop, &batch, err))
            return -1;
        if (batch.rows == 0)
            continue;
        const double position = epoch + (double)batch.first / (double)whole;
        double loss = 0;
        if (step_on(trainer, &batch, trainer_lr(trainer, position, epochs), &loss, err))
            return -1;
        const double done = trainer->steps
                                ? (double)trainer->optimizer.steps / (double)trainer->steps
                                : (epoch + (double)end / (double)last) / epochs;
        optimizer_look_ahead(&trainer->optimizer, trainer->net, done);
        if (observer)
            observer_take(observer, trainer->net, batch.index, batch.rows, trainer->batch_losses);
        loss_sum += loss * (double)batch.rows;
        trained += batch.rows;
    }
    /* The last step's update meets no loss that would show what it did. */
    if (trained > 0 && !isfinite(num_sum(nn_params(trainer->net), nn_param_count(trainer->net))))
        return diverged(trainer, "the weights are", epoch, batch.step - 1, err);
    if (trainer_is_done(trainer, epoch + 1, epochs))
        optimizer_settle(&trainer->optimizer, trainer->net);
    count_work(work, trainer->net, epoch, trained + looked, trained);
    *ret_loss = trained > 0 ? loss_sum / (double)trained : (double)NAN;
    return 0;
}

/*
 * One forward-only batch of samples first.. of the split, as augment (may be NULL) has them; the
 * rest of the batch repeats the last sample, so that a row never depends on how many are beside it.
 * Returns the rows that count.
 */
static size_t forward_some(struct trainer *trainer, const struct split *split,
                           const uint32_t *index, size_t n, size_t first,
                           const struct augment *augment)
{
    const size_t rows = n - first < TRAINER_EVAL_BATCH ? n - first : TRAINER_EVAL_BATCH;
    for (size_t row = 0; row < TRAINER_EVAL_BATCH; row++) {
        const size_t at = first + (row < rows ? row : rows - 1), i = index ? index[at] : at;
        trainer->batch_index[row] = (uint32_t)i;
        trainer->batch_labels[row] = split->labels[i];
    }
    gather(trainer, split, trainer->batch_index, TRAINER_EVAL_BATCH, augment);
    nn_forward(trainer->net, TRAINER_EVAL_BATCH, &(struct nn_mode){.train = false});
    return rows;
}

static size_t forward_batch(struct trainer *trainer, const struct split *split, size_t first,
                            const struct augment *augment)
{
    return forward_some(trainer, split, NULL, split->n, first, augment);
}

/* ---- Gradients ---- */

/* Samples first.. of the split, `most` at the most, into the batch arrays; returns how many. */
static size_t take_rows(struct trainer *trainer, const struct split *split, size_t first,
                        size_t most)
{
    const size_t rows = split->n - first < most ? split->n - first : most;
    for (size_t row = 0; row < rows; row++) {
        trainer->batch_index[row] = (uint32_t)(first + row);
        trainer->batch_labels[row] = split->labels[first + row];
        trainer->batch_weights[row] = (float)((double)rows / (double)split->n);
    }
    return rows;
}

/* ret_mean[param_count] of the split's samples. */
static void mean_gradient(struct trainer *trainer, const struct split *split, float *ret_mean)
{
    struct nn_net *net = trainer->net;
    const size_t batch = (size_t)trainer->recipe->batch;
    for (size_t first = 0, rows; first < split->n; first += rows) {
        rows = take_rows(trainer, split, first, batch);
        gather(trainer, split, trainer->batch_index, rows, NULL);
        nn_forward(net, (int)rows, &(struct nn_mode){.train = true, .frozen = true});
        nn_loss(net, (int)rows, trainer->batch_labels, trainer->batch_weights, 0, NULL);
        nn_backward(net, (int)rows);
    }
    memcpy(ret_mean, nn_gradients(net), nn_param_count(net) * sizeof *ret_mean);
    nn_zero_gradients(net); /* as optimizer_step leaves them */
}

/* The network as it is now, planned for one sample a thread. */
static struct nn_net *single_net(struct trainer *trainer, int threads)
{
    struct nn_net *net = trainer->net;
    if (!trainer->single) {
        const struct nn_shape shape = {trainer->data->h, trainer->data->w, trainer->data->c};
        const struct nn_engine setting = engine_setting(trainer->engine, trainer->recipe);
        struct err err;
        if (model_build(trainer->model, trainer->model_options, shape, trainer->data->classes,
                        &trainer->single, &err))
            DIE("bug: the model was built before: %s", err.text);
        nn_net_plan(trainer->single, threads, threads, &setting);
        nn_zero_gradients(trainer->single);
    }
    memcpy(nn_params(trainer->single), nn_params(net), nn_param_count(net) * sizeof(float));
    memcpy(nn_buffers(trainer->single), nn_buffers(net), nn_buffer_count(net) * sizeof(float));
    return trainer->single;
}

static void look_at_gradients(struct trainer *trainer, const struct split *split,
                              struct observer *observer, struct work *work)
{
    const size_t threads = (size_t)trainer->engine->threads;
    struct nn_net *net = single_net(trainer, (int)threads);
    float *mean;
    MEM_NEW(mean, nn_param_count(net));
    mean_gradient(trainer, split, mean);
    for (size_t first = 0, rows; first < split->n; first += rows) {
        rows = take_rows(trainer, split, first, threads);
        dataset_gather(trainer->data, split, trainer->batch_index, rows, NULL,
                       nn_input_buffer(net));
        nn_sample_gradients(net, (int)rows, trainer->batch_labels, mean,
                            observer->gradient_norms + first, observer->gradient_dots + first);
    }
    mem_free(mean);
    count_work(work, net, 0, 2 * split->n, 2 * split->n);
}

void trainer_look(struct trainer *trainer, const struct split *split, const uint32_t *index,
                  size_t n, struct observer *observer, struct work *work)
{
    for (size_t first = 0; first < n; first += TRAINER_EVAL_BATCH) {
        const size_t rows = forward_some(trainer, split, index, n, first, NULL);
        if (observer->losses)
            nn_loss(trainer->net, TRAINER_EVAL_BATCH, trainer->batch_labels, NULL, 0,
                    trainer->batch_losses);
        observer_take(observer, trainer->net, trainer->batch_index, rows, trainer->batch_losses);
    }
    count_work(work, trainer->net, 0, n, 0);
}

void trainer_pass(struct trainer *trainer, const struct split *split, struct observer *observer,
                  struct work *work)
{
    observer_clear(observer);
    trainer_look(trainer, split, NULL, split->n, observer, work);
    if (observer->gradient_norms)
        look_at_gradients(trainer, split, observer, work);
}

/* How many samples of the batch are right by the mean of all views. Its logits are those of the
   first view. */
static size_t count_right(struct trainer *trainer, const struct split *split, size_t first,
                          enum tta_kind tta)
{
    const size_t classes = (size_t)trainer->data->classes;
    float *sums = trainer->batch_probabilities; /* [rows][classes] */
    size_t rows = 0, right = 0;
    for (size_t v = 0; v < trainer_test_views(trainer->recipe); v++) {
        const struct augment augment = {.view = &views[v].view};
        const float weight = (float)views[v].weight[tta], *logits = nn_logits(trainer->net);
        if (v > 0)
            rows = forward_batch(trainer, split, first, &augment);
        for (size_t i = 0; i < TRAINER_EVAL_BATCH * classes; i++)
            sums[i] = (v > 0 ? sums[i] : 0) + weight * logits[i];
    }
    for (size_t row = 0; row < rows; row++)
        right += observe_argmax(sums + row * classes, classes) == split->labels[first + row];
    return right;
}

/* Adds what the split is worth. Returns how many samples are right by all views, with tta. */
static size_t evaluate(struct trainer *trainer, const struct split *split, enum tta_kind tta,
                       struct quality_sums *sums)
{
    size_t right = 0;
    for (size_t first = 0; first < split->n; first += TRAINER_EVAL_BATCH) {
        const size_t rows = forward_batch(trainer, split, first, NULL);
        nn_loss(trainer->net, TRAINER_EVAL_BATCH, trainer->batch_labels, NULL, 0,
                trainer->batch_losses);
        quality_add(sums, nn_logits(trainer->net), (size_t)trainer->data->classes,
                    split->labels + first, trainer->batch_losses, rows);
        if (tta != TTA_NONE)
            right += count_right(trainer, split, first, tta);
    }
    return right;
}

struct quality trainer_evaluate(struct trainer *trainer, const struct split *split)
{
    struct quality_sums sums = {0};
    evaluate(trainer, split, TTA_NONE, &sums);
    return quality_of(&sums);
}

struct quality trainer_test(struct trainer *trainer, struct quality_sums *ret_sums)
{
    const struct split *test = &trainer->data->test;
    const enum tta_kind tta = (enum tta_kind)trainer->recipe->tta;
    *ret_sums = (struct quality_sums){0};
    const size_t right = evaluate(trainer, test, tta, ret_sums);
    struct quality quality = quality_of(ret_sums);
    if (tta != TTA_NONE)
        quality.tta_accuracy = (double)right / (double)test->n;
    return quality;
}

/* Batch by batch: nobody wants all of them at once. */
struct quality trainer_test_corrupted(struct trainer *trainer, struct corrupter *corrupter,
                                      enum corruption kind, int severity,
                                      struct quality_sums *ret_sums)
{
    const struct dataset *data = trainer->data;
    const struct split *test = &data->test;
    const size_t picture = (size_t)(data->h * data->w * data->c);
    struct split part = {0};
    MEM_NEW(part.pixels, mem_size(TRAINER_EVAL_BATCH, picture));
    *ret_sums = (struct quality_sums){0};
    for (size_t first = 0; first < test->n; first += part.n) {
        part.n = test->n - first < TRAINER_EVAL_BATCH ? test->n - first : TRAINER_EVAL_BATCH;
        part.labels = test->labels + first;
        part.origin = test->origin + first;
        for (size_t i = 0; i < part.n; i++)
            corrupter_apply(corrupter, kind, severity, part.origin[i],
                            test->pixels + (first + i) * picture, part.pixels + i * picture);
        evaluate(trainer, &part, TTA_NONE, ret_sums);
    }
    mem_free(part.pixels);
    return quality_of(ret_sums);
}
