#include "pruners/outlook.h"

#include "base/num.h"
#include "pruners/defaults.h"
#include "pruners/sampler.h"

#include <math.h>
#include <stdio.h>

/* ---- Looking ----------------------------------------------------------------------------------*/

static void look_at_epochs(const struct pruner_run *run, struct pruner_outlook *outlook)
{
    if (run->pruner->kind != PRUNER_DYNAMIC)
        return;
    const int last = pruner_first_annealed(run);
    outlook->anneal = pruner_anneal_share(run);
    outlook->annealed = outlook->epochs - last;
    for (int epoch = 0; epoch < last && outlook->selections < 2; epoch++) {
        const enum pruner_due due = pruner_due(run, epoch);
        if (due != DUE_NO && outlook->selections++ == 0)
            outlook->first = due;
    }
}

bool pruner_foresee(const struct pruner *pruner, const void *options, double rate, int epochs,
                    struct pruner_outlook *ret_outlook)
{
    static const uint16_t label[] = {0};
    const double obeyed = pruner->flags & PRUNER_IGNORES_RATE ? 0 : rate;
    /* A task of one sample, since there are no others yet. */
    const struct pruner_run run = {
        .pruner = pruner,
        .options = options,
        .task =
            {.n = 1, .classes = 1, .labels = label, .rate = obeyed, .keep = 1, .epochs = epochs},
        .needs = pruner_needs(pruner, options),
    };
    if (pruner->reads || (pruner->check && pruner->check(options, &run.task, NULL)))
        return false;
    const int *period = default_option(pruner, options, "period");
    struct pruner_outlook outlook = {
        .pruner = pruner,
        .rate = obeyed,
        .planned = epochs,
        .epochs = pruner_epochs(&run),
        .watch = pruner_watch(&run),
        .period = period ? *period : 0,
        .once = pruner->once ? pruner->once(options) : NULL,
    };
    struct str note = {0};
    look_at_epochs(&run, &outlook);
    if (pruner->note)
        pruner->note(&run, &note);
    sampler_note(pruner, options, &note);
    snprintf(outlook.note, sizeof outlook.note, "%s", str_text(&note));
    str_release(&note);
    *ret_outlook = outlook;
    return true;
}

/* ---- Telling ----------------------------------------------------------------------------------*/

/* Whether it is full data, and why. */
static bool note_full(const struct pruner_outlook *outlook, size_t n, struct str *ret_lines)
{
    if (outlook->pruner->flags & PRUNER_IGNORES_RATE)
        return false;
    if (outlook->rate <= 0)
        str_add(ret_lines, "rate 0 leaves nothing out: the same as full\n");
    else if (n && num_round_share(1 - outlook->rate, n) == n)
        str_addf(ret_lines, "rate %.15g of %zu samples rounds to none: the same as full\n",
                 outlook->rate, n);
    else
        return false;
    return true;
}

static void note_selections(const struct pruner_outlook *outlook, struct str *ret_lines)
{
    const struct pruner *pruner = outlook->pruner;
    const int epochs = outlook->epochs;
    if (outlook->anneal > 0 && outlook->annealed == 0)
        str_addf(ret_lines,
                 "the last %.3g of the epochs should use all data, but of %d that is none\n",
                 outlook->anneal, epochs);
    if (outlook->annealed == epochs)
        str_addf(ret_lines, "%s all data: the same as full\n",
                 epochs == 1 ? "its only epoch uses" : "all its epochs use");
    if (outlook->selections != 1 || pruner->batch)
        return;
    str_addf(ret_lines, "chooses once in %d epoch%s", epochs, STR_PLURAL(epochs));
    if (outlook->period)
        str_addf(ret_lines, " (period %d)", outlook->period);
    if (outlook->once && outlook->annealed == 0)
        str_addf(ret_lines, ": the same as %s", outlook->once);
    else if (pruner->needs)
        str_add(ret_lines, outlook->first == DUE_FORWARD ? ", by an untrained network"
                                                         : ", before it has seen the samples");
    str_add(ret_lines, "\n");
}

static void note_proxies(const struct pruner_outlook *outlook, struct str *ret_lines)
{
    const struct pruner_watch *watch = &outlook->watch;
    if (watch->runs == 0 || watch->epochs <= outlook->planned)
        return;
    str_addf(ret_lines,
             "its prox%s for %d epochs, the cell itself for %d: scoring costs %.3g trainings\n",
             watch->runs == 1 ? "y trains" : "ies train", watch->epochs, outlook->planned,
             watch->runs * watch->epochs * watch->step_share / outlook->planned);
}

/* Epochs are whole, and the budget need not be. */
static void note_budget(const struct pruner_outlook *outlook, size_t n, struct str *ret_lines)
{
    const double exact = 1e-9, budget = (1 - outlook->rate) * outlook->planned;
    if (!outlook->pruner->epochs || fabs(outlook->epochs - budget) <= exact)
        return;
    str_addf(ret_lines, "rate %.15g leaves %.4g of %d epochs, but it trains %d: ", outlook->rate,
             budget, outlook->planned, outlook->epochs);
    if (n)
        str_addf(ret_lines, "%zu samples instead of %.0f, ", n * (size_t)outlook->epochs,
                 (double)n * budget);
    str_addf(ret_lines, "%.3g times the budget\n", outlook->epochs / budget);
}

void outlook_notes(const struct pruner_outlook *outlook, size_t n, struct str *ret_lines)
{
    note_proxies(outlook, ret_lines);
    if (note_full(outlook, n, ret_lines))
        return;
    if (outlook->pruner->kind == PRUNER_DYNAMIC)
        note_selections(outlook, ret_lines);
    note_budget(outlook, n, ret_lines);
    if (outlook->note[0])
        str_addf(ret_lines, "%s\n", outlook->note);
}
