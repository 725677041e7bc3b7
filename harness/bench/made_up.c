#include "harness/bench/made_up.h"

#include "base/linalg.h"
#include "base/num.h"
#include "harness/train/observe.h"

#include <math.h>

enum { FEW_FEATURES = 16, VALIDATION_PART = 10 };

static const double wrong_labels = 0.05;

#define MAKE_ROOM(made_up, pointer, count)                                                         \
    ((made_up)->bytes += mem_size((count), sizeof *(pointer)), MEM_NEW((pointer), (count)))

/* One stream each; classifiers are (epoch, FIRST_CLASSIFIER + run). */
enum { TRAIN_STREAM, VALIDATION_STREAM, CENTRE_STREAM, FIRST_CLASSIFIER };

static struct rng stream(int epoch, int index)
{
    return rng_stream(0, RNG_SYNTHETIC, (uint32_t)epoch, (uint32_t)index);
}

/* Triangular between -1 and 1, from one draw: features are many. */
static float noise(struct rng *rng)
{
    const uint32_t bits = rng_u32(rng);
    return (float)(bits >> 16) / 65536 + (float)(bits & 0xffff) / 65536 - 1;
}

static void split_init(struct made_up *m, struct made_up_split *split, size_t n, int index)
{
    struct rng rng = stream(0, index);
    split->n = n;
    MAKE_ROOM(m, split->labels, n);
    MAKE_ROOM(m, split->features, mem_size(n, m->width));
    MAKE_ROOM(m, split->logits, mem_size(n, m->classes));
    MAKE_ROOM(m, split->probabilities, mem_size(n, m->classes));
    MAKE_ROOM(m, split->losses, n);
    MAKE_ROOM(m, split->correct, n);
    if (m->needs & NEEDS_GRADIENTS) {
        MAKE_ROOM(m, split->gradient_norms, n);
        MAKE_ROOM(m, split->gradient_dots, n);
    }
    if (m->needs & NEEDS_BATCH_LOSSES)
        MAKE_ROOM(m, split->batch_losses, n);
    for (size_t i = 0; i < n; i++) {
        const size_t class = rng_below(&rng, (uint32_t)m->classes);
        const bool wrong = rng_uniform(&rng) < wrong_labels;
        const float closeness = (float)rng_uniform(&rng), *centre = m->centres + class * m->width;
        float *row = split->features + i * m->width;
        split->labels[i] = (uint8_t)(wrong ? rng_below(&rng, (uint32_t)m->classes) : class);
        for (size_t d = 0; d < m->width; d++)
            row[d] = closeness * centre[d] + noise(&rng);
    }
}

static void split_release(struct made_up_split *split)
{
    MEM_FREE(split->labels, split->features, split->logits, split->probabilities, split->losses,
             split->correct, split->gradient_norms, split->gradient_dots, split->batch_losses);
}

void made_up_init(struct made_up *ret_made_up, unsigned needs, size_t n, size_t feature_count,
                  int classes)
{
    struct made_up *m = ret_made_up;
    const bool few = !(needs & (NEEDS_FEATURES | NEEDS_CLASSIFIER)) && feature_count > FEW_FEATURES;
    struct rng rng = stream(0, CENTRE_STREAM);
    *m = (struct made_up){
        .needs = needs, .classes = (size_t)classes, .width = few ? FEW_FEATURES : feature_count};
    MAKE_ROOM(m, m->centres, m->classes * m->width);
    MAKE_ROOM(m, m->classifier, m->classes * (m->width + 1));
    for (size_t i = 0; i < m->classes * m->width; i++)
        m->centres[i] = noise(&rng);
    split_init(m, &m->train, n, TRAIN_STREAM);
    if (needs & NEEDS_VALIDATION)
        split_init(m, &m->validation, n / VALIDATION_PART + 1, VALIDATION_STREAM);
}

void made_up_release(struct made_up *made_up)
{
    MEM_FREE(made_up->centres, made_up->classifier);
    split_release(&made_up->train);
    split_release(&made_up->validation);
}

/* A margin that rises to about 4 where a sample is at its centre, and noise of about 1 / 2. */
static void make_classifier(struct made_up *m, int run, int epoch)
{
    enum { HALF_RISEN = 4 };
    struct rng rng = stream(epoch, FIRST_CLASSIFIER + run);
    const float width = (float)m->width, risen = (float)epoch / (float)(epoch + HALF_RISEN);
    const float signal = 24 * risen / width, jitter = 2 / sqrtf(width);
    for (size_t c = 0; c < m->classes; c++)
        for (size_t d = 0; d <= m->width; d++)
            m->classifier[c * (m->width + 1) + d] =
                (d < m->width ? signal * m->centres[c * m->width + d] : 0) + jitter * noise(&rng);
}

/* Norms of the last layer's gradients; products that are high where the norm is. */
static void make_gradients(const struct made_up *m, struct made_up_split *split)
{
    double sum = 0;
    for (size_t i = 0; i < split->n; i++) {
        const float *p = split->probabilities + i * m->classes, *f = split->features + i * m->width;
        double squares = 0;
        for (size_t c = 0; c < m->classes; c++) {
            const double e = (double)p[c] - (c == split->labels[i]);
            squares += e * e;
        }
        const double length = (double)linalg_dot(f, f, m->width);
        split->gradient_norms[i] = (float)sqrt(squares * (length + 1));
        sum += (double)split->gradient_norms[i];
    }
    for (size_t i = 0; i < split->n; i++)
        split->gradient_dots[i] = (float)(0.1 * sum / (double)split->n) * split->gradient_norms[i];
}

static void make_batch_losses(struct made_up_split *split)
{
    for (size_t from = 0; from < split->n; from += MADE_UP_BATCH) {
        const size_t rows = split->n - from < MADE_UP_BATCH ? split->n - from : MADE_UP_BATCH;
        const float mean = (float)(num_sum(split->losses + from, rows) / (double)rows);
        for (size_t i = from; i < from + rows; i++)
            split->batch_losses[i] = mean;
    }
}

/* What the classifier says of the samples. */
static void look(const struct made_up *m, struct made_up_split *split)
{
    const size_t classes = m->classes, width = m->width;
    linalg_gemm(split->logits, classes, split->features, width, false, m->classifier, width + 1,
                true, split->n, classes, width, 1, 0);
    for (size_t i = 0; i < split->n; i++) {
        float *z = split->logits + i * classes, *p = split->probabilities + i * classes;
        for (size_t c = 0; c < classes; c++)
            z[c] += m->classifier[c * (width + 1) + width];
        num_softmax(p, z, 1, classes);
        split->losses[i] = -logf(fmaxf(p[split->labels[i]], 1e-30F));
        split->correct[i] = observe_argmax(z, classes) == split->labels[i];
    }
    if (split->gradient_norms)
        make_gradients(m, split);
    if (split->batch_losses)
        make_batch_losses(split);
}

/* What is needed of what the classifier said. */
static struct pruner_pass pass_of(const struct made_up *m, const struct made_up_split *split,
                                  int run, int epoch, bool training)
{
    const unsigned needs = m->needs & ~(unsigned)(training ? NEEDS_GRADIENTS : NEEDS_BATCH_LOSSES);
    return (struct pruner_pass){
        .run = run,
        .epoch = epoch,
        .training = training,
        .n = split->n,
        .labels = split->labels,
        .losses = needs & NEEDS_LOSSES ? split->losses : NULL,
        .batch_losses = needs & NEEDS_BATCH_LOSSES ? split->batch_losses : NULL,
        .probabilities = needs & NEEDS_PROBABILITIES ? split->probabilities : NULL,
        .correct = needs & NEEDS_CORRECT ? split->correct : NULL,
        .logits = needs & NEEDS_LOGITS ? split->logits : NULL,
        .features = needs & NEEDS_FEATURES ? split->features : NULL,
        .feature_count = m->width,
        .classifier = needs & NEEDS_CLASSIFIER ? m->classifier : NULL,
        .gradient_norms = needs & NEEDS_GRADIENTS ? split->gradient_norms : NULL,
        .gradient_dots = needs & NEEDS_GRADIENTS ? split->gradient_dots : NULL,
    };
}

struct pruner_pass made_up_pass(struct made_up *made_up, int run, int epoch, bool training)
{
    struct made_up *m = made_up;
    make_classifier(m, run, epoch);
    look(m, &m->train);
    struct pruner_pass pass = pass_of(m, &m->train, run, epoch, training);
    if (!training && (m->needs & NEEDS_VALIDATION)) {
        look(m, &m->validation);
        m->validation_pass = pass_of(m, &m->validation, run, epoch, false);
        pass.validation = &m->validation_pass;
    }
    return pass;
}
