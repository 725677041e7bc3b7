/*
 * inner: see inner.h.
 *
 * Nothing is kept between calls: each reads the options anew (a few strings, against a pass over
 * all samples) and lends the inner pruner a struct pruner_run of its own, whose state lies inside
 * the outer one's. Hence a state stays flat, and no call must come first.
 */
#include "pruners/inner.h"

#include "pruners/defaults.h"
#include "pruners/select.h"

#include <string.h>

/* Of one that reads a file, the file's content would be missing in the cell's key. */
static bool can_be_inner(const struct pruner *pruner)
{
    return pruner_scores(pruner) && !pruner->reads &&
           !option_find(pruner->options, "score_options");
}

static const struct pruner *pruner_of(size_t score)
{
    const struct pruner *pruner;
    size_t before = 0;
    for (size_t i = 0; (pruner = pruner_at(i)); i++)
        if (can_be_inner(pruner) && before++ == score)
            return pruner;
    return NULL;
}

const char *inner_name_at(size_t i)
{
    const struct pruner *pruner = pruner_of(i);
    return pruner ? pruner->name : NULL;
}

/* ---- Its options ---- */

struct inner {
    struct pruner_run run; /* options: NULL where it has none */
    struct arena arena;    /* holds them */
};

/* To be released even after an error: then its options are a mixture. */
static int inner_init_options(struct inner *inner, const struct inner_options *o, struct err *err)
{
    const struct pruner *pruner = pruner_of((size_t)o->score);
    REQUIRE(pruner);
    *inner = (struct inner){.run.pruner = pruner};
    void *options = kind_defaults(&pruner->is, &inner->arena);
    inner->run.options = options;
    const struct option *margin = option_find(pruner->options, "margin");
    if (margin)
        memcpy((char *)options + margin->offset, &o->margin, sizeof o->margin);
    return o->score_options &&
                   kind_assign(&pruner->is, o->score_options, " \t\n", options, &inner->arena, err)
               ? err_prefix(err, "score_options: ")
               : 0;
}

/* After inner_check. */
static struct inner checked(const void *options)
{
    struct inner inner;
    struct err err;
    if (inner_init_options(&inner, options, &err))
        DIE("bug: not checked: %s", err.text);
    return inner;
}

int inner_check(const void *options, const struct pruner_task *task, struct err *err)
{
    struct inner inner;
    int failed = inner_init_options(&inner, options, err);
    const struct pruner *pruner = inner.run.pruner;
    if (!failed && pruner->check && pruner->check(inner.run.options, task, err))
        failed = err_prefix(err, "%s: ", pruner->name);
    arena_release(&inner.arena);
    return failed;
}

/* Needs are asked for before anything is checked: what cannot be read is refused later. */
unsigned inner_needs(const void *options)
{
    struct inner inner;
    struct err err;
    inner_init_options(&inner, options, &err);
    const unsigned needs = pruner_needs(inner.run.pruner, inner.run.options);
    arena_release(&inner.arena);
    return needs;
}

unsigned inner_flags(const void *options)
{
    const struct inner_options *o = options;
    return pruner_of((size_t)o->score)->flags;
}

/* ---- Its run ---- */

static struct inner begin(const struct pruner_run *outer)
{
    struct inner inner = checked(outer->options);
    struct pruner_run *run = &inner.run;
    run->task = outer->task;
    run->state_size = default_state_size(run->pruner, run->options, &outer->task);
    run->state = run->state_size > 0 ? outer->state : NULL;
    run->needs = pruner_needs(run->pruner, run->options);
    return inner;
}

size_t inner_state_size(const void *options, const struct pruner_task *task)
{
    struct inner inner = checked(options);
    const size_t size = default_state_size(inner.run.pruner, inner.run.options, task);
    arena_release(&inner.arena);
    return size;
}

struct pruner_watch inner_watch(const struct pruner_run *outer)
{
    struct inner inner = begin(outer);
    const struct pruner_watch watch = pruner_watch(&inner.run);
    arena_release(&inner.arena);
    return watch;
}

struct pruner_watch inner_watch_and_look(const struct pruner_run *outer)
{
    struct pruner_watch watch = inner_watch(outer);
    if (watch.runs == 0)
        return select_at_watch(0, outer);
    if (watch.pass_every < 0)
        watch.pass_every = 0;
    return watch;
}

bool inner_is_last_look(const struct pruner_run *outer, const struct pruner_pass *pass)
{
    return !pass->training && pass->run == 0 && pass->epoch == inner_watch_and_look(outer).epochs;
}

void inner_note(const struct pruner_run *outer, struct str *ret_note)
{
    struct inner inner = begin(outer);
    struct str note = {0};
    if (inner.run.pruner->note)
        inner.run.pruner->note(&inner.run, &note);
    if (note.length)
        str_addf(ret_note, "%s: %s", inner.run.pruner->name, str_text(&note));
    str_release(&note);
    arena_release(&inner.arena);
}

void inner_init(struct pruner_run *outer, struct rng *rng)
{
    struct inner inner = begin(outer);
    if (inner.run.pruner->init)
        inner.run.pruner->init(&inner.run, rng);
    arena_release(&inner.arena);
}

void inner_observe(struct pruner_run *outer, const struct pruner_pass *pass)
{
    struct inner inner = begin(outer);
    const struct pruner_watch watch = pruner_watch(&inner.run);
    if (default_asks_for(&watch, pass))
        default_observe(&inner.run, pass);
    arena_release(&inner.arena);
}

void inner_score(struct pruner_run *outer, struct rng *rng, float *ret_scores)
{
    struct inner inner = begin(outer);
    default_score(&inner.run, rng, ret_scores);
    arena_release(&inner.arena);
}
