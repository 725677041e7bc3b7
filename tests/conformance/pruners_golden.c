/*
 * Every pruner against a second computation: tests/golden/pruners/NAME.py writes the formulas down
 * plainly in NumPy, NAME.json holds what they give for the small trained network of network.json.
 * A case of such a file:
 *
 *     {"pruner": "el2n", "options": "runs=2 at=6",        the task has the recording's epochs,
 *      "seed": 1, "rate": 0.5, "epochs": 10,              seed 1 and rate 0.5 unless said
 *      "scores": [...],                                   what pruner_score gives, or
 *      "kept": [...], "weights": [...],                   what the first selection is, sorted, or
 *      "kept_before": {"0": [...], "5": [...]},           a dynamic one's, before those epochs
 *      "trained_in": {"0": [...], "5": [...]},            what its batches left of that
 *      "tolerance": 1e-5}                                 relative to the largest score or weight
 */
#include "base/mem.h"
#include "tests/support/recording.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double TOLERANCE = 1e-5;

struct file {
    char path[256];
};

ParameterizedTestParameters(pruners_golden, same_as_the_plain_computation)
{
    enum { MOST = 64 };
    static struct file files[MOST];
    size_t count = 0;
    glob_t found;
    if (glob("tests/golden/pruners/*.json", 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc && count < MOST; i++)
            if (!strstr(found.gl_pathv[i], "/network.json"))
                snprintf(files[count++].path, sizeof files->path, "%s", found.gl_pathv[i]);
    globfree(&found);
    return cr_make_param_array(struct file, files, count);
}

static double number_or(const json_t *test, const char *name, double fallback)
{
    const json_t *value = json_object_get(test, name);
    return value ? json_number_value(value) : fallback;
}

static void expect_close(const char *what, const float *values, const json_t *expected, size_t n,
                         double tolerance)
{
    float *wanted;
    double largest = 0;
    MEM_NEW(wanted, n);
    recording_numbers(expected, n, wanted);
    for (size_t i = 0; i < n; i++)
        largest = fmax(largest, fabs((double)wanted[i]));
    for (size_t i = 0; i < n; i++)
        cr_assert_float_eq(values[i], wanted[i], tolerance * largest, "%s: %s %zu: %.8g, not %.8g",
                           what, "number", i, (double)values[i], (double)wanted[i]);
    mem_free(wanted);
}

static void expect_kept(const char *what, const struct pruner_selection *selection,
                        const json_t *expected)
{
    cr_assert_eq(selection->count, json_array_size(expected), "%s: %zu kept, not %zu", what,
                 selection->count, json_array_size(expected));
    for (size_t j = 0; j < selection->count; j++) {
        const json_int_t wanted = json_integer_value(json_array_get(expected, j));
        cr_assert_eq((json_int_t)selection->index[j], wanted, "%s: %u is kept in place of %d", what,
                     selection->index[j], (int)wanted);
    }
}

/* In an epoch; expected may be NULL. */
static void expect_trained(const char *what, const struct rehearsal *r, const json_t *expected)
{
    const uint8_t *trained = rehearsal_trained(r);
    size_t next = 0;
    for (size_t i = 0; i < r->run->task.n && expected; i++) {
        const bool in = json_integer_value(json_array_get(expected, next)) == (json_int_t)i &&
                        next < json_array_size(expected);
        cr_assert_eq(trained[i] != 0, in, "%s: sample %zu", what, i);
        next += in;
    }
}

static void check_static(struct rehearsal *r, const json_t *test, const char *what)
{
    const json_t *scores = json_object_get(test, "scores"), *kept = json_object_get(test, "kept"),
                 *weights = json_object_get(test, "weights");
    const double tolerance = number_or(test, "tolerance", TOLERANCE);
    struct err err;
    cr_assert_eq(rehearsal_score(r, &err), 0, "%s: %s", what, err.text);
    if (scores)
        expect_close(what, r->run->scores, scores, r->run->task.n, tolerance);
    if (!kept && !weights)
        return;
    cr_assert_eq(pruner_select(r->run, 0, &r->selection, &err), 0, "%s: %s", what, err.text);
    if (kept)
        expect_kept(what, &r->selection, kept);
    if (weights)
        expect_close(what, r->selection.weight, weights, r->selection.count, tolerance);
}

static void check_dynamic(struct rehearsal *r, const json_t *test, const char *what)
{
    const json_t *kept = json_object_get(test, "kept_before"),
                 *trained = json_object_get(test, "trained_in");
    struct err err;
    cr_assert_eq(rehearsal_score(r, &err), 0, "%s: %s", what, err.text);
    for (int epoch = 0; epoch < pruner_epochs(r->run); epoch++) {
        char name[16], place[160];
        snprintf(name, sizeof name, "%d", epoch);
        snprintf(place, sizeof place, "%s, epoch %d", what, epoch);
        cr_assert_eq(rehearsal_epoch(r, epoch, &err), 0, "%s: %s", place, err.text);
        if (json_object_get(kept, name))
            expect_kept(place, &r->selection, json_object_get(kept, name));
        expect_trained(place, r, json_object_get(trained, name));
    }
}

static void check(const struct recording *recording, const json_t *test)
{
    const char *name = json_string_value(json_object_get(test, "pruner"));
    struct rehearsal_plan plan = {
        .pruner = pruner_find(name),
        .options = json_string_value(json_object_get(test, "options")),
        .recording = recording,
        .rate = number_or(test, "rate", 0.5),
        .epochs = (int)number_or(test, "epochs", recording->epochs),
        .seed = (uint64_t)number_or(test, "seed", 1),
    };
    char what[128];
    struct rehearsal r;
    struct err err;
    cr_assert(plan.pruner, "no pruner %s", name);
    snprintf(what, sizeof what, "%s %s", name, plan.options ? plan.options : "");
    cr_assert_eq(rehearsal_begin(&plan, &r, &err), 0, "%s: %s", what, err.text);
    if (plan.pruner->kind == PRUNER_STATIC)
        check_static(&r, test, what);
    else
        check_dynamic(&r, test, what);
    rehearsal_end(&r);
}

ParameterizedTest(struct file *file, pruners_golden, same_as_the_plain_computation)
{
    struct recording recording;
    json_error_t error;
    json_t *tests = json_load_file(file->path, 0, &error);
    cr_assert(json_is_array(tests) && json_array_size(tests) > 0, "%s: %s", file->path, error.text);
    recording_load(&recording);
    for (size_t i = 0; i < json_array_size(tests); i++)
        check(&recording, json_array_get(tests, i));
    recording_release(&recording);
    json_decref(tests);
}
