#include "harness/decide/decide.h"

#include "base/num.h"
#include "harness/ask/compare.h"
#include "results/db.h"

#include <math.h>
#include <string.h>

/* ---- Questions --------------------------------------------------------------------------------*/

static void add_arm(const struct store_cell *cell, struct str *text)
{
    str_add(text, cell->pruner);
    if (cell->options[0])
        str_addf(text, "(%s)", cell->options);
    if (cell_has_rate(cell->pruner, cell->rate))
        str_addf(text, "@%g", cell->rate);
}

/* "random@0.5 loses less than 0.3 points to full, fashion-mnist mlp": where that is not the only
 * place. */
static const char *text_of(const struct question *question, const struct store_cell *arm,
                           const struct store_cell *reference, bool placed, struct arena *arena)
{
    struct str text = {0};
    add_arm(arm, &text);
    if (question->claim == CLAIM_NONINFERIOR)
        str_addf(&text, " loses less than %g point%s to ", question->margin,
                 question->margin == 1 ? "" : "s");
    else
        str_addf(&text, " is %s than ", question_claim_names[question->claim]);
    add_arm(reference, &text);
    if (placed)
        str_addf(&text, ", %s %s", arm->dataset, arm->model_label);
    return str_keep(&text, arena);
}

/* Whether two questions are of one dataset and model. */
static bool same_place(const struct plan *plan, const struct config *config, size_t i, size_t k)
{
    const struct store_cell *a = &plan->cells[config->questions[i].cells[0][0]].stored,
                            *b = &plan->cells[config->questions[k].cells[0][0]].stored;
    return strcmp(a->dataset, b->dataset) == 0 && strcmp(a->model_label, b->model_label) == 0;
}

void decide_questions(const struct config *config, const struct plan *plan, struct arena *arena,
                      struct store_questions *ret_questions)
{
    struct store_questions list = {.count = config->question_count};
    bool placed = false;
    for (size_t i = 1; i < list.count && !placed; i++)
        placed = !same_place(plan, config, 0, i);
    ARENA_NEW(arena, list.items, list.count);
    for (size_t i = 0; i < list.count; i++) {
        const struct question *question = &config->questions[i];
        const struct store_cell *arm = &plan->cells[question->cells[0][0]].stored,
                                *reference = &plan->cells[question->cells[0][1]].stored;
        list.items[i] = (struct store_question){
            .text = text_of(question, arm, reference, placed, arena),
            .claim = question_claim_names[question->claim],
            .margin = question->margin,
            .at_least = config->at_least,
            .at_most = config->seed_count,
            .dataset = arm->dataset,
            .model = arm->model_label,
            .arm = arm->pruner,
            .arm_options = arm->options,
            .arm_rate = arm->rate,
            .reference = reference->pruner,
            .reference_options = reference->options,
            .reference_rate = reference->rate,
        };
    }
    *ret_questions = list;
}

/* ---- Evidence ---------------------------------------------------------------------------------*/

/* Of one question. */
struct evidence {
    const struct store_question *question;
    struct compare_pairs pairs;
    struct anytime_question asked; /* its values are the claim's: above the bound, it holds */
    bool of_time;
};

static bool claims(const struct store_question *question, enum question_claim claim)
{
    return strcmp(question->claim, question_claim_names[claim]) == 0;
}

static int find_evidence(const struct compare_runs *runs, const struct store_question *question,
                         struct arena *arena, struct evidence *ret_evidence, struct err *err)
{
    struct evidence e = {.question = question,
                         .of_time =
                             claims(question, CLAIM_FASTER) || claims(question, CLAIM_SLOWER)};
    const struct compare_arm reference = {.pruner = question->reference,
                                          .options = question->reference_options,
                                          .rate = question->reference_rate},
                             arm = {.pruner = question->arm,
                                    .options = question->arm_options,
                                    .rate = question->arm_rate};
    if (compare_pair_in_order(runs, question->dataset, question->model, &reference, &arm, arena,
                              &e.pairs, err))
        return -1;
    if (e.of_time) {
        const size_t timed = e.pairs.logs ? e.pairs.timed_n : 0;
        e.pairs.unpaired += e.pairs.n - e.pairs.timed_n;
        e.pairs.runs = e.pairs.timed;
        e.pairs.n = timed;
    }
    e.pairs.n = e.pairs.n < question->at_most ? e.pairs.n : question->at_most;
    for (size_t i = 0; i < e.pairs.n && claims(question, CLAIM_SLOWER); i++)
        e.pairs.logs[i] = -e.pairs.logs[i];
    e.asked = (struct anytime_question){
        .values = e.of_time ? e.pairs.logs : e.pairs.points,
        .n = e.pairs.n,
        .bound = -question->margin,
        .least_sd = e.of_time ? 0 : e.pairs.step,
        .same = !e.of_time && e.pairs.n >= question->at_least && e.pairs.same >= e.pairs.n,
    };
    *ret_evidence = e;
    return 0;
}

/* ---- Answers ----------------------------------------------------------------------------------*/

/* As it is shown: points, or times. */
static double shown(const struct evidence *e, double value)
{
    return e->of_time ? exp(value) : value;
}

static const struct store_look *looks_of(const struct evidence *e, const struct anytime_plan *plan,
                                         struct arena *arena)
{
    struct store_look *looks;
    const double *values = e->asked.values, least_sd = e->asked.least_sd;
    ARENA_NEW(arena, looks, e->asked.n);
    for (size_t i = 0; i < e->asked.n; i++) {
        const struct stats_interval any = anytime_interval(plan, values, i + 1, least_sd),
                                    fixed =
                                        stats_t_interval_at(values, i + 1, STATS_ALPHA, least_sd);
        looks[i] = (struct store_look){
            .seed = e->pairs.runs[i][1]->seed,
            .arm_attempt = e->pairs.runs[i][1]->attempt,
            .reference_attempt = e->pairs.runs[i][0]->attempt,
            .difference = shown(e, values[i]),
            .mean = shown(e, stats_mean(values, i + 1)),
            .low = shown(e, any.low),
            .high = shown(e, any.high),
            .fixed_low = shown(e, fixed.low),
            .fixed_high = shown(e, fixed.high),
        };
    }
    return looks;
}

static struct store_decision decision_of(const struct evidence *e,
                                         const struct anytime_answer *answer,
                                         const struct anytime_plan *plan, struct arena *arena)
{
    const bool lost = answer->state == ANYTIME_HOLDS && !e->of_time && e->pairs.diverged > 0,
               over = answer->state == ANYTIME_OPEN &&
                      e->asked.n + e->pairs.unpaired >= e->question->at_most;
    const enum anytime_state state = lost || over ? ANYTIME_FUTILE : answer->state;
    const bool open = state == ANYTIME_OPEN;
    return (struct store_decision){
        .state = anytime_state_names[state],
        .seeds = e->asked.n,
        .left_out = e->pairs.unpaired,
        .decided = state == ANYTIME_HOLDS || state == ANYTIME_FAILS ? answer->decided : 0,
        .needed = open || state == ANYTIME_FUTILE ? answer->needed : 0,
        .bound = shown(e, e->asked.bound),
        .p = answer->p,
        .p_holm = answer->p_holm,
        .chance = open ? answer->chance : (double)NAN,
        .expected = open ? answer->expected : (double)NAN,
        .looks = looks_of(e, plan, arena),
    };
}

/* What was made by winnow has one number of seeds for all. */
static int check(const struct store_questions *questions, struct err *err)
{
    const struct store_question *first = questions->items;
    for (size_t i = 0; i < questions->count; i++) {
        const struct store_question *q = &questions->items[i];
        if (q->at_least < ANYTIME_LEAST || q->at_least > q->at_most || q->at_most > ANYTIME_MOST ||
            q->at_least != first->at_least || q->at_most != first->at_most)
            return err_set(err, "question %zu: seeds from %zu to %zu: run its experiment again",
                           i + 1, q->at_least, q->at_most);
    }
    return 0;
}

static int answer_all(const struct compare_runs *runs, const struct store_questions *questions,
                      struct arena *arena, struct store_decision *decisions, struct err *err)
{
    const size_t count = questions->count, at_least = questions->items[0].at_least,
                 at_most = questions->items[0].at_most;
    struct evidence *evidence;
    struct anytime_question *asked;
    struct anytime_answer *answers;
    struct anytime_plan plan;
    ARENA_NEW(arena, evidence, count);
    ARENA_NEW(arena, asked, count);
    ARENA_NEW(arena, answers, count);
    for (size_t i = 0; i < count; i++) {
        if (find_evidence(runs, &questions->items[i], arena, &evidence[i], err))
            return -1;
        asked[i] = evidence[i].asked;
    }
    anytime_answer(asked, count, at_least, at_most, answers);
    anytime_plan(at_least, at_most, STATS_ALPHA, &plan);
    for (size_t i = 0; i < count; i++)
        decisions[i] = decision_of(&evidence[i], &answers[i], &plan, arena);
    anytime_plan_release(&plan);
    return 0;
}

void decide_nothing_known(const struct store_questions *questions, struct arena *arena,
                          struct store_decision **ret_decisions)
{
    struct store_decision *decisions;
    ARENA_NEW(arena, decisions, questions->count);
    for (size_t i = 0; i < questions->count; i++)
        decisions[i] = (struct store_decision){.state = anytime_state_names[ANYTIME_OPEN],
                                               .bound = (double)NAN,
                                               .p = 1,
                                               .p_holm = 1,
                                               .chance = (double)NAN,
                                               .expected = (double)NAN};
    *ret_decisions = decisions;
}

int decide_answer(struct sqlite3 *db, const char *experiment,
                  const struct store_questions *questions, struct arena *arena,
                  struct store_decision **ret_decisions, struct err *err)
{
    const struct compare_filter filter = {
        .experiment = experiment, .rate = (double)NAN, .metric = &compare_metrics[0]};
    struct compare_runs runs;
    int64_t known = 0;
    bool usage;
    if (db_get_int(db, "SELECT count(*) FROM experiment WHERE name = ?",
                   DB_VALUES(db_text(experiment)), &known, err) ||
        check(questions, err))
        return -1;
    decide_nothing_known(questions, arena, ret_decisions);
    if (!known || !questions->count)
        return 0;
    if (compare_read(db, &filter, &runs, &usage, err))
        return -1;
    const int failed = answer_all(&runs, questions, arena, *ret_decisions, err);
    compare_runs_release(&runs);
    return failed;
}

int decide_update(struct store *store, const char *experiment, struct err *err)
{
    struct arena arena = {0};
    struct store_questions questions;
    struct store_decision *decisions;
    const int failed =
        store_questions(store_sqlite(store), experiment, &arena, &questions, err) ||
        decide_answer(store_sqlite(store), experiment, &questions, &arena, &decisions, err) ||
        (questions.count && store_decide(store, experiment, decisions, questions.count, err));
    arena_release(&arena);
    return failed ? -1 : 0;
}

int decide_update_all(struct store *store, struct err *err)
{
    struct arena arena = {0};
    const char **names = NULL;
    size_t count = 0;
    struct db_rows rows;
    db_ask(&rows, store_sqlite(store),
           "SELECT name FROM experiment WHERE id IN (SELECT experiment FROM question)",
           DB_NO_VALUES);
    while (db_next(&rows)) {
        MEM_ROOM(names, count);
        names[count++] = arena_strdup(&arena, row_raw(&rows, 0));
    }
    int failed = db_close(&rows, err);
    for (size_t i = 0; i < count && !failed; i++)
        failed = decide_update(store, names[i], err);
    mem_free(names);
    arena_release(&arena);
    return failed;
}

bool decide_is_open(const struct store_decision *decision)
{
    return strcmp(decision->state, anytime_state_names[ANYTIME_OPEN]) == 0;
}

static void add_outlook(const struct store_question *q, const struct store_decision *d,
                        struct str *text)
{
    if (!isnan(d->expected))
        str_addf(text, "; about %.0f more to be expected, a chance of %.0f %% that %zu decide",
                 fmax(1, d->expected), 100 * d->chance, q->at_most);
}

void decide_add_line(const struct store_question *q, const struct store_decision *d,
                     struct str *text)
{
    const bool times = claims(q, CLAIM_FASTER) || claims(q, CLAIM_SLOWER);
    str_addf(text, "%s: %s after %zu seed%s", q->text, d->state, d->decided ? d->decided : d->seeds,
             STR_PLURAL(d->decided ? d->decided : d->seeds));
    if (d->seeds) {
        const struct store_look *look = &d->looks[d->seeds - 1];
        str_addf(text, times ? ", %.2fx" : ", %+.2f points", num_rounded(look->mean, 2));
        if (!isnan(look->low))
            str_addf(text, " [%.2f, %.2f]", look->low, look->high);
    }
    add_outlook(q, d, text);
    if (d->left_out)
        str_addf(text, "; %zu seed%s left out, of which a run failed or diverged%s", d->left_out,
                 STR_PLURAL(d->left_out),
                 times ? ", or its seconds are doubtful or of two environments" : "");
    str_add(text, "\n");
}
