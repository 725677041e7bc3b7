/*
 * moso: the samples whose gradient agrees most with that of all the data, all along the training.
 *
 * Paper: Tan et al., "Data Pruning via Moving-one-Sample-out", NeurIPS 2023 (arXiv 2310.14664).
 *
 *     score_i = mean over checkpoints of (gbar - g_i / N) . g_i      gbar = (1/N) sum_j g_j
 *
 * which approximates, to first order, how much the empirical risk rises when sample i is left out
 * of the training: gbar - g_i / N is the gradient of the risk without i. Keep the highest: samples
 * "consistently aligned with the average gradient" (the paper's abstract). Samples labelled wrongly
 * pull against it and come last.
 *
 *     params last    g_i in the last layer = (p_i - e_yi) (x) [phi_i ; 1], so that, with gbar as a
 *                    matrix G [classes][features + 1],
 *                        gbar . g_i  = (p_i - e_yi)^T G [phi_i ; 1]
 *                        || g_i ||^2 = || p_i - e_yi ||^2 || [phi_i ; 1] ||^2
 *     params full    g_i in all parameters
 *
 * Example, N = 2 and gradients (1, 0) and (3, 0): gbar = (2, 0), scores (2 - .5) * 1 = 1.5 and
 * (2 - 1.5) * 3 = 1.5.
 *
 * The authors' program has that rule (scoring.py:45-77; equal to 8e-8), but calls another, the
 * difference of the squared gradient norms with and without i, `rule: program`:
 *
 *     ((2N - 3) ||gbar||^2 - ||g_i||^2 + (2N - 4) (gbar - g_i / N) . g_i) / (N - 1)^2
 *
 * Its first term is the same for all samples of a checkpoint, the second small: of 600 samples of a
 * recorded network it keeps 419 of 420 alike, and all alike at rate .7. Example as above: 4 - 1 = 3
 * and 4 - 9 = -5.
 *
 * Needs probabilities and features; `full` the norms and products of full gradients too. Cost: a
 * surrogate training of `epochs` epochs, with a scoring pass at each checkpoint: a forward pass,
 * with `full` a forward and backward pass of batch 1 a sample. G takes classes * (features + 1)
 * doubles; samples are read in tiles.
 *
 * It loses to a random subset. gbar is mostly the gradient of the classes that are still confused,
 * and the highest scores gather in them: of 15,000 of Fashion-MNIST's pictures, LeNet, rate .3, a
 * class keeps as few as 108 of its 1,500. That costs 2.0 points of accuracy beside a random subset,
 * .9 with `balance: class`; at .7 it is 20 and 3.4 (means of three seeds,
 * experiments/all-pruners.yaml). Nobody else's comparison of that kind was found.
 *
 * Known deviations: the paper's factor T/N eta_t, the number of steps and the learning rate at the
 * checkpoint, is left out: pruners do not know the recipe. Checkpoints are evenly spaced, not
 * drawn: every ceil(epochs / checkpoints) epochs and at the end; fewer than asked for where that
 * does not divide (our choice). The program moreover scores each of 8 disjoint parts of the data by
 * a surrogate trained on that part, N being the part's size, in training mode and with training's
 * augmentation; here there is one surrogate, of all data, and no augmentation when scoring. It
 * keeps the highest of each class, `preset: authors`; its way of doing so picks samples of other
 * classes where a class has negative scores (274 distinct ones of 300, 75 of the wrong class),
 * which is not repeated here.
 */
#include "base/linalg.h"
#include "base/num.h"
#include "pruners/math/errors.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <math.h>

enum rule { RULE_PAPER, RULE_PROGRAM };

static const char *const rules[] = {"paper", "program", NULL};

struct moso_options {
    int epochs, checkpoints;
    int rule;   /* enum rule */
    int params; /* enum select_params */
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct moso_options, epochs, "50", 1, 100000, "epochs the surrogate trains"),
    OPTION_INT(struct moso_options, checkpoints, "10", 1, 100000,
               "scoring passes during it, at most"),
    SELECT_PARAMS(struct moso_options),
    SAMPLER(struct moso_options),
    OPTION_ENUM(struct moso_options, rule, "paper", rules,
                "the paper's formula, or the one that the authors' program calls",
                .added_later = true),
    OPTION_END,
};

struct moso_state {
    uint64_t checkpoints; /* so far */
    double sums[];        /* [n] */
};

static int divide_up(int a, int b)
{
    return a / b + (a % b > 0);
}

static struct pruner_watch watch(const struct pruner_run *run)
{
    const struct moso_options *o = run->options;
    return (struct pruner_watch){
        .runs = 1, .epochs = o->epochs, .pass_every = divide_up(o->epochs, o->checkpoints)};
}

static void note(const struct pruner_run *run, struct str *ret_note)
{
    const struct moso_options *o = run->options;
    const int passes = divide_up(o->epochs, divide_up(o->epochs, o->checkpoints));
    if (passes < o->checkpoints)
        str_addf(ret_note,
                 "a surrogate of %d epochs has no room for %d evenly spaced checkpoints: it has %d",
                 o->epochs, o->checkpoints, passes);
}

enum { TILE = 256 };

/* Some samples' factors of their gradients, in double. */
struct tile {
    size_t rows;
    double *errors;   /* [TILE][classes] p - e_y */
    double *inputs;   /* [TILE][width] phi ; 1 */
    double *products; /* [TILE][classes] G inputs */
};

static void tile_load(struct tile *tile, const struct pruner_pass *pass, size_t first,
                      size_t classes)
{
    const size_t features = pass->feature_count, width = features + 1;
    tile->rows = pass->n - first < TILE ? pass->n - first : TILE;
    for (size_t row = 0; row < tile->rows; row++) {
        const float *p = pass->probabilities + (first + row) * classes;
        const float *phi = pass->features + (first + row) * features;
        for (size_t c = 0; c < classes; c++)
            tile->errors[row * classes + c] = (double)p[c] - (c == pass->labels[first + row]);
        for (size_t d = 0; d < features; d++)
            tile->inputs[row * width + d] = (double)phi[d];
        tile->inputs[row * width + features] = 1;
    }
}

/* ret_mean[classes][features + 1] = G, zeros before */
static void add_gradients(struct tile *tile, const struct pruner_pass *pass, size_t classes,
                          double *ret_mean)
{
    const size_t width = pass->feature_count + 1;
    for (size_t first = 0; first < pass->n; first += TILE) {
        tile_load(tile, pass, first, classes);
        linalg_dgemm(ret_mean, width, tile->errors, classes, true, tile->inputs, width, false,
                     classes, width, tile->rows, 1 / (double)pass->n, 1);
    }
}

/* mean_squares: || gbar ||^2 */
static double gain(const struct moso_options *o, double dot, double squares, double mean_squares,
                   size_t samples)
{
    const double n = (double)samples, paper = dot - squares / n;
    return o->rule == RULE_PAPER || samples < 2
               ? paper
               : ((2 * n - 3) * mean_squares - squares + (2 * n - 4) * paper) / ((n - 1) * (n - 1));
}

static void add_last(const struct moso_options *o, struct moso_state *state,
                     const struct pruner_pass *pass, size_t classes)
{
    const size_t width = pass->feature_count + 1;
    struct tile tile = {0};
    double *mean;
    MEM_NEW(tile.errors, TILE * classes);
    MEM_NEW(tile.inputs, TILE * width);
    MEM_NEW(tile.products, TILE * classes);
    MEM_NEW(mean, mem_size(classes, width));
    add_gradients(&tile, pass, classes, mean);
    const double mean_squares = linalg_ddot(mean, mean, classes * width);
    for (size_t first = 0; first < pass->n; first += TILE) {
        tile_load(&tile, pass, first, classes);
        linalg_dgemm(tile.products, classes, tile.inputs, width, false, mean, width, true,
                     tile.rows, classes, width, 1, 0);
        for (size_t row = 0; row < tile.rows; row++) {
            const size_t i = first + row;
            const double dot =
                linalg_ddot(tile.errors + row * classes, tile.products + row * classes, classes);
            const double squares =
                errors_squares(pass->probabilities + i * classes, pass->labels[i], classes) *
                errors_input_squares(pass->features + i * pass->feature_count, pass->feature_count);
            state->sums[i] += gain(o, dot, squares, mean_squares, pass->n);
        }
    }
    MEM_FREE(tile.errors, tile.inputs, tile.products, mean);
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct moso_options *o = run->options;
    struct moso_state *state = run->state;
    if (pass->training)
        return;
    state->checkpoints++;
    if (o->params == PARAMS_LAST) {
        add_last(o, state, pass, (size_t)run->task.classes);
        return;
    }
    /* || gbar ||^2 is the mean of gbar . g_i. */
    const double mean_squares = num_sum(pass->gradient_dots, pass->n) / (double)pass->n;
    for (size_t i = 0; i < pass->n; i++) {
        const double norm = (double)pass->gradient_norms[i];
        state->sums[i] +=
            gain(o, (double)pass->gradient_dots[i], norm * norm, mean_squares, pass->n);
    }
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct moso_state *state = run->state;
    const double checkpoints = fmax(1, (double)state->checkpoints);
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] = (float)(state->sums[i] / checkpoints);
}

const struct pruner moso_pruner = {
    .name = "moso",
    .help = "the gradients that agree most with that of all the other data, mean over checkpoints",
    .cite = "Tan et al. 2023, NeurIPS",
    .cost = "a proxy of `epochs` epochs, and `checkpoints` forward passes; full: backward passes "
            "of batch 1 too",
    .kind = PRUNER_STATIC,
    .needs = NEEDS_LAST_GRADIENTS,
    .flags = PRUNER_SCORES_PARTS,
    KIND_OPTIONS(struct moso_options, table),
    .presets = KIND_PRESETS(
        {"authors", "rule=program params=full balance=class", "what the authors' program calls"}),
    .note = note,
    .shared_state = sizeof(struct moso_state),
    .sample_state = sizeof(double),
    .observe = observe,
    .watch = watch,
    .score = score,
};
