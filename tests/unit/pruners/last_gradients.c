#include "tests/unit/pruners/last_gradients.h"

#include "base/mem.h"
#include "base/num.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

void last_gradients_init(struct last_gradients *ret_made, size_t n, int classes,
                         size_t feature_count, uint32_t stream)
{
    enum { CENTRES = 5 };
    struct last_gradients m = {.n = n, .classes = classes, .feature_count = feature_count};
    const size_t width = (size_t)classes;
    float *centres;
    struct rng rng = rng_stream(1, RNG_TEST, 0, stream);
    MEM_NEW(m.labels, n);
    MEM_NEW(m.logits, n * width);
    MEM_NEW(m.probabilities, n * width);
    MEM_NEW(m.features, n * feature_count);
    MEM_NEW(centres, CENTRES * feature_count);
    for (size_t k = 0; k < CENTRES * feature_count; k++)
        centres[k] = (float)rng_normal(&rng);
    for (size_t i = 0; i < n; i++) {
        const float *centre = centres + rng_below(&rng, CENTRES) * feature_count;
        m.labels[i] = (uint8_t)(i % width);
        for (size_t k = 0; k < feature_count; k++)
            m.features[i * feature_count + k] = centre[k] + (float)(0.4 * rng_normal(&rng));
        for (size_t c = 0; c < width; c++)
            m.logits[i * width + c] = (float)rng_normal(&rng) + (c == m.labels[i]);
    }
    num_softmax(m.probabilities, m.logits, n, width);
    mem_free(centres);
    *ret_made = m;
}

void last_gradients_release(struct last_gradients *made)
{
    mem_free(made->labels);
    mem_free(made->logits);
    mem_free(made->probabilities);
    mem_free(made->features);
}

static void copy_row(float *values, size_t width, size_t to, size_t from)
{
    memcpy(values + to * width, values + from * width, width * sizeof *values);
}

void last_gradients_copy(struct last_gradients *made, size_t to, size_t from)
{
    made->labels[to] = made->labels[from];
    copy_row(made->logits, (size_t)made->classes, to, from);
    copy_row(made->probabilities, (size_t)made->classes, to, from);
    copy_row(made->features, made->feature_count, to, from);
}

struct pruner_pass last_gradients_pass(const struct last_gradients *made)
{
    return (struct pruner_pass){
        .n = made->n,
        .labels = made->labels,
        .logits = made->logits,
        .probabilities = made->probabilities,
        .features = made->features,
        .feature_count = made->feature_count,
    };
}

static void *read_option(const struct pruner *pruner, const char *text)
{
    unsigned char *options;
    MEM_NEW(options, pruner->options_size);
    option_defaults(pruner->options, options);
    char name[32], value[32];
    struct err err;
    if (text) {
        cr_assert_eq(sscanf(text, "%31[^=]=%31s", name, value), 2, "%s", text);
        cr_assert_eq(option_set(option_find(pruner->options, name), options, value, NULL, &err), 0,
                     "%s", err.text);
    }
    return options;
}

void last_gradients_select(const struct last_gradients *made,
                           const struct last_gradients *validation, const char *pruner,
                           const char *option, size_t keep, struct pruner_selection *ret_selection)
{
    const struct pruner *p = pruner_find(pruner);
    struct pruner_pass pass = last_gradients_pass(made), other;
    if (validation) {
        other = last_gradients_pass(validation);
        pass.validation = &other;
    }
    const struct pruner_task task = {
        .n = made->n,
        .classes = made->classes,
        .labels = made->labels,
        .validation_n = validation ? validation->n : 0,
        .feature_count = made->feature_count,
        .rate = 1 - (double)keep / (double)made->n,
        .epochs = 10,
        .seed = 1,
    };
    void *options = read_option(p, option);
    struct pruner_run *run;
    struct err err;
    MEM_NEW(ret_selection->index, made->n);
    MEM_NEW(ret_selection->weight, made->n);
    cr_assert_eq(pruner_begin(p, options, &task, &run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_observe(run, &pass, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(run, 0, ret_selection, &err), 0, "%s", err.text);
    pruner_end(run);
    mem_free(options);
}
