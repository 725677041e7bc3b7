#include "base/mem.h"
#include "tests/unit/pruners/last_gradients.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* Two classes with no features but the bias, logits 0: a class is all that differs. */
static void make_plain(struct last_gradients *ret_made, size_t n, const char *labels)
{
    last_gradients_init(ret_made, n, 2, 1, 0);
    for (size_t i = 0; i < n; i++) {
        ret_made->labels[i] = (uint8_t)(labels[i] - '0');
        ret_made->features[i] = ret_made->logits[2 * i] = ret_made->logits[2 * i + 1] = 0;
        ret_made->probabilities[2 * i] = ret_made->probabilities[2 * i + 1] = 0.5f;
    }
}

static void select_of(const struct last_gradients *made, const struct last_gradients *validation,
                      const char *options, size_t keep, bool *ret_kept)
{
    struct pruner_selection s;
    last_gradients_select(made, validation, "glister", options, keep, &s);
    memset(ret_kept, 0, made->n * sizeof *ret_kept);
    for (size_t j = 0; j < keep; j++)
        ret_kept[s.index[j]] = true;
    mem_free(s.index);
    mem_free(s.weight);
}

Test(glister, worked_example)
{
    struct last_gradients made, validation;
    bool kept[4];
    make_plain(&made, 4, "0011");
    make_plain(&validation, 2, "01");
    select_of(&made, &validation, "rounds=1", 2, kept);
    cr_assert(kept[0] && kept[1], "one round: the lower indices");
    select_of(&made, &validation, "rounds=2", 2, kept);
    cr_assert(kept[0] && kept[2], "two rounds: one of each class");
    last_gradients_release(&made);
    last_gradients_release(&validation);
}

enum { N = 70, VALIDATION = 25, CLASSES = 3, FEATURES = 4, WIDTH = FEATURES + 1 };

static double feature(const struct last_gradients *m, size_t i, size_t k)
{
    return k < FEATURES ? (double)m->features[i * FEATURES + k] : 1;
}

/* V after a step of eta along -step: softmax of z - eta step [phi ; 1], written out. */
static void plain_gradient(const struct last_gradients *m, double (*step)[WIDTH], double eta,
                           double (*ret)[WIDTH])
{
    memset(ret, 0, CLASSES * sizeof *ret);
    for (size_t i = 0; i < m->n; i++) {
        double e[CLASSES], sum = 0;
        for (size_t c = 0; c < CLASSES; c++) {
            double z = (double)m->logits[i * CLASSES + c];
            for (size_t k = 0; k < WIDTH; k++)
                z -= eta * step[c][k] * feature(m, i, k);
            sum += e[c] = exp(z);
        }
        for (size_t c = 0; c < CLASSES; c++)
            for (size_t k = 0; k < WIDTH; k++)
                ret[c][k] += (e[c] / sum - (c == m->labels[i])) * feature(m, i, k) / (double)m->n;
    }
}

static double plain_gain(const struct last_gradients *m, size_t i, double (*v)[WIDTH])
{
    double gain = 0;
    for (size_t c = 0; c < CLASSES; c++)
        for (size_t k = 0; k < WIDTH; k++)
            gain += ((double)m->probabilities[i * CLASSES + c] - (c == m->labels[i])) *
                    feature(m, i, k) * v[c][k];
    return gain;
}

static void plain(const struct last_gradients *made, const struct last_gradients *validation,
                  int rounds, double eta, size_t keep, bool *ret_kept)
{
    double added[CLASSES][WIDTH] = {{0}}, step[CLASSES][WIDTH] = {{0}}, v[CLASSES][WIDTH];
    size_t count = 0;
    memset(ret_kept, 0, made->n * sizeof *ret_kept);
    for (int round = 1; round <= rounds; round++) {
        for (size_t c = 0; c < CLASSES; c++)
            for (size_t k = 0; k < WIDTH && count > 0; k++)
                step[c][k] = added[c][k] / (double)count;
        plain_gradient(validation, step, eta, v);
        for (; count < keep * (size_t)round / (size_t)rounds; count++) {
            size_t best = made->n;
            for (size_t i = 0; i < made->n; i++)
                if (!ret_kept[i] &&
                    (best == made->n || plain_gain(made, i, v) > plain_gain(made, best, v)))
                    best = i;
            ret_kept[best] = true;
            for (size_t c = 0; c < CLASSES; c++)
                for (size_t k = 0; k < WIDTH; k++)
                    added[c][k] += ((double)made->probabilities[best * CLASSES + c] -
                                    (c == made->labels[best])) *
                                   feature(made, best, k);
        }
    }
}

static size_t differing(const bool *a, const bool *b)
{
    size_t count = 0;
    for (size_t i = 0; i < N; i++)
        count += a[i] != b[i];
    return count;
}

/* The trap: a loop of rounds that goes on with the first round's gradient. */
Test(glister, the_refresh_really_runs)
{
    enum { KEEP = 35 };
    struct last_gradients made, validation;
    bool once[N], kept[N], expected[N];
    last_gradients_init(&made, N, CLASSES, FEATURES, 0);
    last_gradients_init(&validation, VALIDATION, CLASSES, FEATURES, 0);
    select_of(&made, &validation, "rounds=1", KEEP, once);
    static const struct {
        const char *option;
        int rounds;
        double eta;
    } cases[] = {{"eta=2", 15, 2}, {"eta=10", 15, 10}, {"rounds=1000", 1000, 0.1}, {NULL, 15, 0.1}};
    size_t most = 0;
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        select_of(&made, &validation, cases[c].option, KEEP, kept);
        plain(&made, &validation, cases[c].rounds, cases[c].eta, KEEP, expected);
        cr_assert_eq(differing(kept, expected), 0, "%s: %zu samples differ",
                     cases[c].option ? cases[c].option : "", differing(kept, expected));
        most = differing(kept, once) > most ? differing(kept, once) : most;
    }
    cr_assert_geq(most, 4, "15 rounds and 1 differ in %zu samples", most);
    last_gradients_release(&made);
    last_gradients_release(&validation);
}

/* Along the gradient, not against it: samples that are like the validation split lower its loss. */
Test(glister, keeps_what_is_like_the_validation_split)
{
    struct last_gradients made, validation;
    bool kept[6];
    make_plain(&made, 6, "101010");
    make_plain(&validation, 3, "001");
    select_of(&made, &validation, "rounds=1", 3, kept);
    cr_assert(kept[1] && kept[3] && kept[5], "class 0 is the larger one there");
    last_gradients_release(&made);
    last_gradients_release(&validation);
}

Test(glister, balance_keeps_the_classes_shares)
{
    enum { KEEP = 30 };
    struct last_gradients made, validation;
    bool kept[N];
    size_t of_class[CLASSES] = {0};
    last_gradients_init(&made, 60, CLASSES, FEATURES, 0);
    last_gradients_init(&validation, VALIDATION, CLASSES, FEATURES, 1);
    select_of(&made, &validation, "balance=class", KEEP, kept);
    for (size_t i = 0; i < 60; i++)
        of_class[made.labels[i]] += kept[i];
    for (size_t c = 0; c < CLASSES; c++)
        cr_assert_eq(of_class[c], KEEP / CLASSES, "class %zu: %zu", c, of_class[c]);
    last_gradients_release(&made);
    last_gradients_release(&validation);
}
