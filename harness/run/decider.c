#include "harness/run/decider.h"

#include <limits.h>
#include <math.h>
#include <string.h>

struct decider {
    const struct config *config;
    const struct plan *plan;
    struct store *store;
    struct store_questions questions;
    struct store_decision *decisions; /* [questions.count], in `answered` */
    bool *asked;                      /* [plan->count] only questions need it */
    bool *needed, *ended;             /* [plan->count] */
    size_t *place_of;                 /* [plan->count] number of its dataset and model */
    struct arena arena, answered;
};

static bool same_place(const struct plan_cell *a, const struct plan_cell *b)
{
    return strcmp(a->stored.dataset, b->stored.dataset) == 0 &&
           strcmp(a->stored.model_label, b->stored.model_label) == 0;
}

/* A place's number is that of its first cell. */
static void find_places(struct decider *d)
{
    for (size_t i = 0; i < d->plan->count; i++) {
        size_t first = 0;
        while (first < i && (d->place_of[first] != first ||
                             !same_place(&d->plan->cells[first], &d->plan->cells[i])))
            first++;
        d->place_of[i] = first;
    }
}

/* Of cells that only questions need. */
static void mark(const struct decider *d, const struct question *question, bool *ret_marks)
{
    for (size_t seed = d->config->at_least; seed < d->config->seed_count; seed++)
        for (size_t side = 0; side < 2; side++)
            ret_marks[question->cells[seed][side]] = true;
}

/* Of seeds that an answer has left out so far, cells that may come again: decided or not, it is not
 * to depend on which of several attempts was the first. */
static void mark_left_out(const struct decider *d, size_t q)
{
    const size_t used = d->decisions[q].seeds + d->decisions[q].left_out;
    for (size_t seed = d->config->at_least; seed < used && d->decisions[q].left_out; seed++)
        for (size_t side = 0; side < 2; side++) {
            const size_t cell = d->config->questions[q].cells[seed][side];
            if (!d->ended[cell] || d->plan->cells[cell].state == CELL_FAILED)
                d->needed[cell] = true;
        }
}

static void find_needed(struct decider *d)
{
    for (size_t i = 0; i < d->plan->count; i++)
        d->needed[i] = !d->asked[i];
    for (size_t q = 0; q < d->questions.count; q++) {
        if (decide_is_open(&d->decisions[q]))
            mark(d, &d->config->questions[q], d->needed);
        mark_left_out(d, q);
    }
}

/* Of what is in the database as it stands. */
static int answer_from(struct decider *d, struct arena *arena,
                       struct store_decision **ret_decisions, struct err *err)
{
    const char *name = d->config->name;
    if (!d->store) {
        decide_nothing_known(&d->questions, arena, ret_decisions);
        return 0;
    }
    if (decide_answer(store_sqlite(d->store), name, &d->questions, arena, ret_decisions, err))
        return -1;
    return store_is_writable(d->store)
               ? store_decide(d->store, name, *ret_decisions, d->questions.count, err)
               : 0;
}

int decider_answer(struct decider *d, struct err *err)
{
    struct arena arena = {0};
    struct store_decision *decisions;
    if (answer_from(d, &arena, &decisions, err)) {
        arena_release(&arena);
        return -1;
    }
    arena_release(&d->answered);
    d->answered = arena;
    d->decisions = decisions;
    find_needed(d);
    return 0;
}

int decider_new(const struct config *config, const struct plan *plan, struct store *store,
                struct decider **ret_decider, struct err *err)
{
    struct decider *d;
    *ret_decider = NULL;
    if (!config->question_count)
        return 0;
    MEM_NEW(d, 1);
    *d = (struct decider){.config = config, .plan = plan, .store = store};
    decide_questions(config, plan, &d->arena, &d->questions);
    ARENA_NEW(&d->arena, d->asked, plan->count);
    ARENA_NEW(&d->arena, d->needed, plan->count);
    ARENA_NEW(&d->arena, d->ended, plan->count);
    ARENA_NEW(&d->arena, d->place_of, plan->count);
    find_places(d);
    for (size_t q = 0; q < config->question_count; q++)
        mark(d, &config->questions[q], d->asked);
    for (size_t i = 0; i < plan->count; i++)
        d->ended[i] = plan->cells[i].state != CELL_NEW;
    if (decider_answer(d, err)) {
        decider_free(d);
        return -1;
    }
    *ret_decider = d;
    return 0;
}

void decider_free(struct decider *d)
{
    if (!d)
        return;
    arena_release(&d->answered);
    arena_release(&d->arena);
    mem_free(d);
}

const bool *decider_needed(const struct decider *d)
{
    return d->needed;
}

bool decider_hears(struct decider *d, size_t cell)
{
    const size_t seed = (size_t)d->plan->cells[cell].stored.seed;
    bool news = false;
    d->ended[cell] = true;
    for (size_t q = 0; q < d->questions.count && seed < d->config->seed_count && !news; q++) {
        const size_t *pair = d->config->questions[q].cells[seed];
        news = (pair[0] == cell || pair[1] == cell) && d->ended[pair[0]] && d->ended[pair[1]];
    }
    return news;
}

struct choose_block decider_block(const struct decider *d, const size_t *cells, size_t count)
{
    struct choose_block block = {.place = d->place_of[cells[0]],
                                 .seed = (int)d->plan->cells[cells[0]].stored.seed};
    for (size_t i = 0; i < count; i++) {
        block.cells += d->needed[cells[i]];
        block.first = block.first || !d->asked[cells[i]];
    }
    for (size_t q = 0; q < d->questions.count; q++) {
        const struct store_decision *decision = &d->decisions[q];
        const size_t first = d->config->questions[q].cells[0][0], most = d->config->seed_count,
                     used = decision->seeds + decision->left_out;
        if (decide_is_open(decision) && d->place_of[first] == block.place)
            block.decides +=
                choose_decides(decision->chance, decision->expected, used < most ? most - used : 0);
    }
    return block;
}

/* Seeds of the next wave of a place. */
static int seeds_at_once(const struct decider *d, size_t place)
{
    double least = INFINITY;
    for (size_t q = 0; q < d->questions.count; q++)
        if (decide_is_open(&d->decisions[q]) &&
            d->place_of[d->config->questions[q].cells[0][0]] == place)
            least = fmin(least, d->decisions[q].expected); /* not NAN */
    return isinf(least) || least < 4 ? 1 : (int)(least / 2);
}

void decider_wave(const struct decider *d, bool *ret_now)
{
    int *next; /* [plan->count] by place: its first seed that is to run; -1: the first seeds are */
    MEM_NEW(next, d->plan->count);
    for (size_t i = 0; i < d->plan->count; i++)
        next[i] = INT_MAX;
    for (size_t i = 0; i < d->plan->count; i++) {
        const struct plan_cell *cell = &d->plan->cells[i];
        int *of_place = &next[d->place_of[i]];
        const int seed = d->asked[i] ? (int)cell->stored.seed : -1;
        if (d->needed[i] && cell->state == CELL_NEW && seed < *of_place)
            *of_place = seed;
    }
    for (size_t i = 0; i < d->plan->count; i++) {
        const int first = next[d->place_of[i]];
        const int ahead = (int)d->plan->cells[i].stored.seed - first; /* of INT_MAX, too */
        ret_now[i] = d->needed[i] &&
                     (!d->asked[i] || (first >= 0 && ahead < seeds_at_once(d, d->place_of[i])));
    }
    mem_free(next);
}

bool decider_is_open(const struct decider *d)
{
    bool open = false;
    for (size_t q = 0; q < d->questions.count && !open; q++)
        open = decide_is_open(&d->decisions[q]);
    return open;
}

size_t decider_least(const struct decider *d)
{
    size_t least = 0;
    for (size_t i = 0; i < d->plan->count; i++)
        least += !d->asked[i];
    return least;
}

void decider_report(const struct decider *d, struct str *ret_text)
{
    for (size_t q = 0; q < d->questions.count; q++)
        decide_add_line(&d->questions.items[q], &d->decisions[q], ret_text);
}
