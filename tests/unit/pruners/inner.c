/* A pruner inside another: ccs with the scores of others. */
#include "pruners/inner.h"
#include "tests/support/rehearsal.h"

#include <criterion/criterion.h>
#include <string.h>

enum { N = 24, CLASSES = 3 };

static int index_of(const char *name)
{
    const char *found;
    for (size_t i = 0; (found = inner_name_at(i)); i++)
        if (strcmp(found, name) == 0)
            return (int)i;
    return -1;
}

Test(inner, any_static_pruner_that_scores_can_be_one)
{
    cr_assert_geq(index_of("el2n"), 0);
    cr_assert_geq(index_of("aum"), 0);
    cr_assert_eq(index_of("random"), -1, "it has no scores");
    cr_assert_eq(index_of("ucb"), -1, "it is dynamic");
    cr_assert_eq(index_of("ccs"), -1, "it has an inner pruner itself");
}

/* A ccs on the made-up network that alone observes, with its options written by option_set. */
struct outer {
    struct rehearsal alone; /* the inner pruner, by itself */
    struct arena arena;
    unsigned char *options;
    struct pruner_run *run;
};

static void set(struct outer *outer, const char *name, const char *text)
{
    struct err err;
    const struct option *option = option_find(pruner_find("ccs")->options, name);
    cr_assert_eq(option_set(option, outer->options, text, &outer->arena, &err), 0, "%s", err.text);
}

static int outer_begin(struct outer *outer, const char *score, const char *options,
                       const char *plainly, struct err *err)
{
    const struct pruner *ccs = pruner_find("ccs");
    const struct rehearsal_plan plan = {.pruner = pruner_find(score),
                                        .options = plainly,
                                        .n = N,
                                        .classes = CLASSES,
                                        .rate = 0.5,
                                        .epochs = 4};
    *outer = (struct outer){0};
    cr_assert_eq(rehearsal_begin(&plan, &outer->alone, err), 0, "%s", err->text);
    MEM_NEW(outer->options, ccs->options_size);
    option_defaults(ccs->options, outer->options);
    set(outer, "score", score);
    set(outer, "score_options", options);
    return pruner_begin(ccs, outer->options, &outer->alone.run->task, &outer->run, err);
}

static void outer_end(struct outer *outer)
{
    pruner_end(outer->run);
    rehearsal_end(&outer->alone);
    mem_free(outer->options);
    arena_release(&outer->arena);
}

static void show(struct outer *outer, int run, int epoch, bool training, bool to_both)
{
    const struct pruner_pass pass = rehearsal_pass(&outer->alone, run, epoch, training, NULL);
    struct err err;
    cr_assert_eq(pruner_observe(outer->run, &pass, &err), 0, "%s", err.text);
    if (to_both)
        cr_assert_eq(pruner_observe(outer->alone.run, &pass, &err), 0, "%s", err.text);
}

static void expect_same_scores(struct outer *outer)
{
    struct err err;
    cr_assert_eq(pruner_score(outer->run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(outer->alone.run, &err), 0, "%s", err.text);
    for (size_t i = 0; i < N; i++)
        cr_assert_eq(outer->run->scores[i], outer->alone.run->scores[i], "sample %zu: %g, not %g",
                     i, (double)outer->run->scores[i], (double)outer->alone.run->scores[i]);
    cr_assert_neq(outer->run->scores[0], outer->run->scores[1]);
}

Test(inner, scores_are_those_it_has_alone)
{
    struct outer outer;
    struct err err;
    cr_assert_eq(outer_begin(&outer, "el2n", " runs=2  at=3 ", "runs=2 at=3", &err), 0, "%s",
                 err.text);
    const struct pruner_watch watch = pruner_watch(outer.run);
    cr_assert(watch.runs == 2 && watch.epochs == 3 && watch.pass_every == 0, "%d, %d, %d",
              watch.runs, watch.epochs, watch.pass_every);
    cr_assert_eq(outer.run->needs, (unsigned)NEEDS_PROBABILITIES, "%u", outer.run->needs);
    cr_assert_eq(outer.run->state_size, outer.alone.run->state_size, "%zu", outer.run->state_size);
    for (int run = 0; run < 2; run++)
        show(&outer, run, 3, false, true);
    expect_same_scores(&outer);
    outer_end(&outer);
}

/* An outer pruner may watch more than the inner one asked for. */
Test(inner, sees_only_the_passes_that_it_asked_for)
{
    struct outer outer;
    struct err err;
    cr_assert_eq(outer_begin(&outer, "el2n", "runs=1 at=3", "runs=1 at=3", &err), 0, "%s",
                 err.text);
    show(&outer, 0, 2, false, false); /* not its epoch */
    show(&outer, 0, 3, true, false);  /* training */
    show(&outer, 0, 3, false, true);
    show(&outer, 0, 4, false, false); /* after its end */
    show(&outer, 1, 3, false, false); /* another run */
    expect_same_scores(&outer);
    outer_end(&outer);
}

Test(inner, checkpoints_come_through)
{
    struct outer outer;
    struct err err;
    const char *options = "epochs=5 checkpoints=3"; /* every 2, and the last */
    cr_assert_eq(outer_begin(&outer, "moso", options, options, &err), 0, "%s", err.text);
    for (int epoch = 1; epoch <= 5; epoch++)
        show(&outer, 0, epoch, false, epoch % 2 == 0 || epoch == 5);
    expect_same_scores(&outer);
    outer_end(&outer);
}

Test(inner, its_needs_follow_its_options)
{
    struct inner_options inner = {.score = index_of("grand")};
    cr_assert_eq(inner_needs(&inner), (unsigned)NEEDS_LAST_GRADIENTS);
    inner.score_options = "params=full";
    cr_assert_eq(inner_needs(&inner), (unsigned)NEEDS_LAST_GRADIENTS | NEEDS_GRADIENTS);
    /* What cannot be read is refused by inner_check, not here. */
    inner.score_options = "nonsense";
    cr_assert_eq(inner_needs(&inner), (unsigned)NEEDS_LAST_GRADIENTS);
}

Test(inner, options_that_do_not_fit_are_refused_by_name)
{
    static const struct {
        const char *options, *message;
    } cases[] = {
        {"rusn=3", "ccs: score_options: el2n has no option 'rusn', did you mean runs?"},
        {"runs", "ccs: score_options: el2n: 'runs' is not of the form name=value"},
        {"runs=3 at=zero",
         "ccs: score_options: el2n: at: expected a whole number from 1 to 100000, found 'zero'"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct outer outer;
        struct err err;
        cr_assert_eq(outer_begin(&outer, "el2n", cases[k].options, NULL, &err), -1);
        cr_assert_str_eq(err.text, cases[k].message, "%s", err.text);
        outer_end(&outer);
    }
}
