/*
 * aum: the samples whose label's logit stays behind, over the whole training.
 *
 * Paper: Pleiss et al., "Identifying Mislabeled Data using the Area Under the Margin Ranking",
 * NeurIPS 2020 (arXiv 2001.10528). As a score of difficulty: Zheng et al., "Coverage-centric
 * Coreset Selection for High Pruning Rates", ICLR 2023.
 *
 *     margin_i(t) = z_y - max_{k != y} z_k                      z: logits at presentation t
 *     AUM_i       = mean of margin_i over all epochs of the run
 *     score_i     = - AUM_i
 *
 * Margins are of the sample's turn in a mini-batch of training, augmented, before the step. The
 * highest scores are kept: the hardest, and with them what is labelled wrongly. AUM was made to
 * find those; by itself it is a bad choice under label noise, and `ccs`, which drops them, is what
 * it serves here. Example: z = (1, 3, 2), y = 0, then (4, 3, 2): margins -2 and 1, score .5.
 *
 * With `margin: probabilities` z is the softmax of the logits. That is no longer what the paper
 * defines, but what the program behind ccs accumulates (haizhongzheng/Coverage-centric-coreset-
 * selection, generate_importance_score.py); on a trained network the two rank .93 alike. Example:
 * p = (.1, .7, .2), y = 0: margin -.6.
 *
 * Needs logits, or probabilities. Cost: one proxy training; `epochs` shortens it.
 *
 * Known deviations: the paper stops before the first fall of the learning rate, for there networks
 * begin to memorize; here all epochs of the proxy count. With one class there is no other logit and
 * the margin is 0 (our choice).
 */
#include "pruners/inner.h"
#include "pruners/sampler.h"
#include "pruners/select.h"

enum aum_margin { MARGIN_LOGITS, MARGIN_PROBABILITIES };

const char *const aum_margin_names[] = {"logits", "probabilities", NULL};

struct aum_options {
    int epochs;
    int margin; /* enum aum_margin */
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_INT(struct aum_options, epochs, "0", 0, 100000,
               "epochs the proxy trains; 0: as many as the training"),
    SAMPLER(struct aum_options),
    OPTION_ENUM(struct aum_options, margin, "logits", aum_margin_names,
                "of what: the paper's, or what ccs's program accumulates", .added_later = true),
    OPTION_END,
};

/* The state is struct sample samples[n]. */
struct sample {
    double sum; /* of margins, over all epochs */
    uint64_t presented;
};

/* z [classes] */
static double margin(const float *z, size_t label, size_t classes)
{
    const float *other = NULL;
    for (size_t c = 0; c < classes; c++)
        if (c != label && (!other || z[c] > *other))
            other = &z[c];
    return other ? (double)z[label] - (double)*other : 0;
}

static unsigned more_needs(const void *options)
{
    const struct aum_options *o = options;
    return o->margin == MARGIN_LOGITS ? NEEDS_LOGITS : NEEDS_PROBABILITIES;
}

static void observe(struct pruner_run *run, const struct pruner_pass *pass)
{
    const struct aum_options *o = run->options;
    struct sample *samples = run->state;
    const size_t classes = (size_t)run->task.classes;
    const float *z = o->margin == MARGIN_LOGITS ? pass->logits : pass->probabilities;
    for (size_t i = 0; i < pass->n; i++) {
        if (pass->seen && !pass->seen[i])
            continue;
        samples[i].sum += margin(z + i * classes, pass->labels[i], classes);
        samples[i].presented++;
    }
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    const struct sample *samples = run->state;
    for (size_t i = 0; i < run->task.n; i++)
        ret_scores[i] =
            samples[i].presented ? (float)(-samples[i].sum / (double)samples[i].presented) : 0;
}

const struct pruner aum_pruner = {
    .name = "aum",
    .help = "the smallest margin of the label's logit over the highest other one, mean over all "
            "epochs",
    .cite = "Pleiss et al. 2020, NeurIPS",
    .cost = "a proxy of `epochs` epochs: by default a whole training",
    .kind = PRUNER_STATIC,
    KIND_OPTIONS(struct aum_options, table),
    .presets = KIND_PRESETS(
        {"ccs", "margin=probabilities sampler=strata skip=0.1", "what the pruner ccs keeps"}),
    .more_needs = more_needs,
    .sample_state = sizeof(struct sample),
    .observe = observe,
    .score = score,
};
