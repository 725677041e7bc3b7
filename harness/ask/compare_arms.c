/* compare: what people call an arm, and which runs they mean. */
#include "harness/ask/compare.h"

#include "harness/cell/cell.h"

#include <math.h>
#include <string.h>

/* ---- Reading a description --------------------------------------------------------------------*/

static bool is_separator(char c)
{
    return c == ' ' || c == ',';
}

/* "c=2, period=5" becomes "c=2 period=5", as v_run writes it. */
static char *normal_options(const char *text, size_t length, struct arena *arena)
{
    char *options;
    size_t used = 0;
    ARENA_NEW(arena, options, length + 1);
    for (size_t i = 0; i < length; i++)
        if (!is_separator(text[i]))
            options[used++] = text[i];
        else if (used && options[used - 1] != ' ')
            options[used++] = ' ';
    while (used && options[used - 1] == ' ')
        used--;
    options[used] = '\0';
    return options;
}

int compare_arm_parse(const char *text, struct arena *arena, struct compare_arm *ret_arm,
                      struct err *err)
{
    struct compare_arm arm = {.options = "", .rate = (double)NAN};
    const size_t length = strcspn(text, "(@");
    const char *rest = text + length;
    if (!length)
        return err_set(err, "'%.100s' names no pruner; an arm is PRUNER[(OPTIONS)][@RATE]", text);
    arm.pruner = arena_printf(arena, "%.*s", (int)length, text);
    if (*rest == '(') {
        const char *end = strchr(rest, ')');
        if (!end)
            return err_set(err, "'%.100s': ')' is missing", text);
        arm.options = normal_options(rest + 1, (size_t)(end - rest - 1), arena);
        arm.options = cell_stored_options(arm.pruner, arm.options, arena);
        arm.has_options = true;
        rest = end + 1;
    }
    if (*rest == '@') {
        if (!str_parse_double(rest + 1, &arm.rate) || arm.rate < 0 || arm.rate > 1)
            return err_set(err, "'%.100s': after '@' comes a rate from 0 to 1", text);
        rest = "";
    }
    if (*rest)
        return err_set(err, "'%.100s': nothing but @RATE may follow the options", text);
    arm.pruner = cell_stored_pruner(arm.pruner);
    *ret_arm = arm;
    return 0;
}

/* ---- What there is ----------------------------------------------------------------------------*/

/* Pruners with their options, each once, in the order of the runs. */
struct known {
    const struct compare_run **items;
    size_t count;
};

static bool same_arm(const struct compare_run *a, const struct compare_run *b)
{
    return strcmp(a->pruner, b->pruner) == 0 && strcmp(a->options, b->options) == 0;
}

static void collect(const struct compare_runs *runs, struct known *ret_known)
{
    MEM_NEW(ret_known->items, runs->count);
    ret_known->count = 0;
    for (size_t i = 0; i < runs->count; i++) {
        bool seen = false;
        for (size_t k = 0; k < ret_known->count && !seen; k++)
            seen = same_arm(ret_known->items[k], &runs->items[i]);
        if (!seen)
            ret_known->items[ret_known->count++] = &runs->items[i];
    }
}

/* " 0.3 0.5": the rates of an arm, each once. */
static void add_rates(const struct compare_runs *runs, const struct compare_run *arm,
                      struct str *ret_text)
{
    for (size_t i = 0; i < runs->count; i++) {
        bool first = same_arm(&runs->items[i], arm);
        for (size_t k = 0; k < i && first; k++)
            first = !same_arm(&runs->items[k], arm) || runs->items[k].rate != runs->items[i].rate;
        if (first)
            str_addf(ret_text, " %g", runs->items[i].rate);
    }
}

/* A line for each arm, of one pruner or of all (NULL). */
static void add_known(const struct compare_runs *runs, const struct known *known,
                      const char *pruner, struct str *ret_text)
{
    enum { MOST = 20 };
    size_t lines = 0;
    for (size_t i = 0; i < known->count; i++) {
        const struct compare_run *arm = known->items[i];
        if (pruner && strcmp(arm->pruner, pruner) != 0)
            continue;
        if (lines++ == MOST) {
            str_add(ret_text, "\n  ...");
            return;
        }
        str_addf(ret_text, "\n  %s%s%s%s, rate", arm->pruner, *arm->options ? "(" : "",
                 arm->options, *arm->options ? ")" : "");
        add_rates(runs, arm, ret_text);
    }
}

static const char *known_pruner_at(const void *context, size_t i)
{
    const struct known *known = context;
    return i < known->count ? known->items[i]->pruner : NULL;
}

/* ---- Which is meant ---------------------------------------------------------------------------*/

/* Is each of the options (separated by single spaces) among those of the set? */
static bool has_all(const char *set, const char *options)
{
    while (*options) {
        const size_t length = strcspn(options, " ");
        const char *at = set;
        while (*at && !(strcspn(at, " ") == length && strncmp(at, options, length) == 0)) {
            at += strcspn(at, " ");
            at += *at == ' ';
        }
        if (!*at)
            return false;
        options += length;
        options += *options == ' ';
    }
    return true;
}

/* An arm with these options and no others goes before those that have more. */
static const struct compare_run *choose(const struct known *known, const struct compare_arm *arm,
                                        size_t *ret_fitting, size_t *ret_named)
{
    const struct compare_run *found = NULL;
    *ret_fitting = *ret_named = 0;
    for (size_t i = 0; i < known->count; i++) {
        const struct compare_run *item = known->items[i];
        if (strcmp(item->pruner, arm->pruner) != 0)
            continue;
        ++*ret_named;
        if (!has_all(item->options, arm->options))
            continue;
        if (has_all(arm->options, item->options)) {
            *ret_fitting = 1;
            return item;
        }
        if (arm->has_options && !*arm->options) /* "ucb()" is all defaults and nothing else */
            continue;
        found = item;
        ++*ret_fitting;
    }
    return found;
}

static bool has_rate(const struct compare_runs *runs, const struct compare_run *arm, double rate)
{
    for (size_t i = 0; i < runs->count; i++)
        if (same_arm(&runs->items[i], arm) && runs->items[i].rate == rate)
            return true;
    return false;
}

static int complain(const struct compare_runs *runs, const struct known *known,
                    const struct compare_arm *arm, size_t fitting, size_t named, struct err *err)
{
    struct str list = {0};
    add_known(runs, known, named ? arm->pruner : NULL, &list);
    if (!named) {
        const char *near = str_nearest(arm->pruner, known_pruner_at, known);
        err_set(err, "no run of '%.64s'%s %shere is:%.800s", arm->pruner, str_near(near, ";").text,
                near ? "T" : "t", str_text(&list));
    } else if (!fitting) {
        err_set(err, "no run of '%.64s(%.64s)'; there is:%.800s", arm->pruner, arm->options,
                str_text(&list));
    } else {
        err_set(err, "'%.64s%s%.64s%s' is ambiguous; give more of the options:%.700s", arm->pruner,
                *arm->options ? "(" : "", arm->options, *arm->options ? ")" : "", str_text(&list));
    }
    str_release(&list);
    return -1;
}

int compare_arm_find(const struct compare_runs *runs, struct compare_arm *arm, struct arena *arena,
                     struct err *err)
{
    struct known known;
    size_t fitting, named;
    int failed = 0;
    collect(runs, &known);
    const struct compare_run *found = choose(&known, arm, &fitting, &named);
    if (fitting != 1) {
        failed = complain(runs, &known, arm, fitting, named, err);
    } else if (!isnan(arm->rate) && !has_rate(runs, found, arm->rate)) {
        struct str rates = {0};
        add_rates(runs, found, &rates);
        failed = err_set(err, "no run of '%.64s' at rate %g; there is rate%.200s", arm->pruner,
                         arm->rate, str_text(&rates));
        str_release(&rates);
    } else {
        arm->options = arena_strdup(arena, found->options);
        arm->label = cell_name(found->pruner, found->options, arena);
    }
    mem_free(known.items);
    return failed;
}
