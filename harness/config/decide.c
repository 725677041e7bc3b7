/*
 * decide: the questions that an experiment's seeds are to answer.
 *
 *     seed: {at_least: 3, at_most: 20}
 *     decide:
 *       - {arm: infobatch, against: full, noninferior: 0.5}     loses less than half a point
 *       - {arm: [ucb, el2n], against: random, better: true, rate: 0.5}
 *       - {arm: el2n, against: full, slower: true}              in charged seconds
 *
 * A rule is a question of each of its arms against each of its references, wherever the grid has
 * both: in each dataset, model and rate, or in those that the rule names. A reference without a
 * rate, like full, stands beside the arm at every rate, as in `winnow compare`. Both must be there
 * with every seed: they are what pairs are made of.
 *
 * The first seeds, at_least of them, have every cell of the grid; the others, those that a question
 * needs. Questions are no part of any cell: the same cell of an experiment that decides nothing is
 * the same cell.
 */
#include "harness/config/param.h"
#include "harness/config/read.h"

#include <string.h>

const char *const question_claim_names[] = {
    [CLAIM_NONINFERIOR] = "noninferior", [CLAIM_BETTER] = "better", [CLAIM_FASTER] = "faster",
    [CLAIM_SLOWER] = "slower",           [CLAIM_SLOWER + 1] = NULL,
};

enum { MOST_QUESTIONS = 200, ARM = 0, REFERENCE = 1 };

static const char LABEL[] = "decide";

/* ---- Reading ----------------------------------------------------------------------------------*/

/* false: it names no claim. */
static bool read_claim(struct reader *reader, const struct node *key, const struct node *value,
                       struct decide_rule *rule)
{
    size_t claim = 0;
    while (question_claim_names[claim] && strcmp(question_claim_names[claim], key->text) != 0)
        claim++;
    if (!question_claim_names[claim])
        return false;
    rule->claim = (enum question_claim)claim;
    if (claim != CLAIM_NONINFERIOR) {
        if (value->kind != NODE_TEXT || value->quoted || strcmp(value->text, "true") != 0)
            param_expected(value, key->text, "true", &reader->mistakes);
    } else if (!param_number(value, &rule->margin) || rule->margin <= 0 || rule->margin > 100) {
        param_expected(value, key->text, "points above 0, at most 100, as in 0.5",
                       &reader->mistakes);
    }
    return true;
}

static void read_rule(struct reader *reader, const struct node *node, struct decide_rule *rule)
{
    static const char form[] = "{arm: ..., against: ..., better: true}";
    struct node where = {.kind = NODE_MAP, .place = node->place};
    size_t claims = 0;
    *rule = (struct decide_rule){.node = node};
    if (node->kind != NODE_MAP) {
        param_expected(node, LABEL, form, &reader->mistakes);
        return;
    }
    ARENA_NEW(reader->arena, where.keys, node->count);
    ARENA_NEW(reader->arena, where.items, node->count);
    for (size_t i = 0; i < node->count; i++) {
        const char *key = node->keys[i]->text;
        if (strcmp(key, "arm") == 0) {
            axes_read_arms(reader, &node->items[i], &rule->arms);
        } else if (strcmp(key, "against") == 0) {
            axes_read_arms(reader, &node->items[i], &rule->references);
        } else if (read_claim(reader, node->keys[i], node->items[i], rule)) {
            claims++;
        } else if (strcmp(key, "dataset") == 0 || strcmp(key, "model") == 0 ||
                   strcmp(key, "rate") == 0) {
            where.keys[where.count] = node->keys[i];
            where.items[where.count++] = node->items[i];
        } else {
            param_unknown(node->keys[i], "key of a question", NULL,
                          "there are arm, against, noninferior, better, faster, slower, dataset, "
                          "model and rate",
                          &reader->mistakes);
        }
    }
    selector_read(reader, &where, LABEL, &rule->where);
    if (!node_find(node, "arm") || !node_find(node, "against"))
        mistakes_add(&reader->mistakes, node->place, LABEL, "'%s' is missing: a question is %s",
                     node_find(node, "arm") ? "against" : "arm", form);
    if (claims != 1)
        mistakes_add(&reader->mistakes, node->place, LABEL,
                     "expected one of noninferior: POINTS, better: true, faster: true and "
                     "slower: true, found %s",
                     claims ? "several: make a question of each" : "none");
}

void decide_read(struct reader *reader, struct node *const *node)
{
    if (!reader->config->at_least && !reader->narrowed)
        mistakes_add(&reader->mistakes, (*node)->place, LABEL,
                     "seeds are added until all is decided: it needs `seed: {at_least: 3, "
                     "at_most: 20}`");
    reader->decide_count = reader_count_rules(reader, *node, LABEL);
    ARENA_NEW(reader->arena, reader->decides, reader->decide_count);
    for (size_t i = 0; i < reader->decide_count; i++)
        read_rule(reader, (*node)->items[i], &reader->decides[i]);
}

/* ---- Building ---------------------------------------------------------------------------------*/

static bool is_of(const struct point *point, const struct pick *pruner)
{
    return pick_beside(pruner, point->picks[AXIS_MODEL]) == point->picks[AXIS_PRUNER];
}

static bool same_arm(const struct point *a, const struct point *b)
{
    return memcmp(a->picks, b->picks, sizeof a->picks) == 0 && a->rate == b->rate;
}

/* Whether two arms are in one place, and of one rate as far as both have one. */
static bool belong(const struct point *arm, const struct point *reference)
{
    return arm->picks[AXIS_DATASET] == reference->picks[AXIS_DATASET] &&
           arm->picks[AXIS_MODEL] == reference->picks[AXIS_MODEL] &&
           (arm->rate == reference->rate || point_ignores_rate(arm) ||
            point_ignores_rate(reference));
}

/* How many of the experiment's seeds an arm has; their cells. */
static size_t find_cells(const struct points *points, const struct point *arm, size_t side,
                         size_t seeds, size_t (*ret_cells)[2])
{
    size_t found = 0;
    for (size_t i = 0; i < points->count; i++) {
        const struct point *point = &points->items[i];
        if (point->seed_rank < seeds && same_arm(point, arm)) {
            ret_cells[point->seed_rank][side] = i;
            found++;
        }
    }
    return found;
}

static bool is_asked(const struct config *config, const struct question *question)
{
    for (size_t i = 0; i < config->question_count; i++)
        if (config->questions[i].claim == question->claim &&
            memcmp(config->questions[i].cells[0], question->cells[0], sizeof *question->cells) == 0)
            return true;
    return false;
}

static void ask(struct reader *reader, const struct points *points, const struct decide_rule *rule,
                const struct point *arm, const struct point *reference)
{
    struct config *config = reader->config;
    const size_t seeds = config->seed_count;
    struct question question = {
        .claim = rule->claim, .margin = rule->margin, .place = rule->node->place};
    ARENA_NEW(reader->arena, question.cells, seeds);
    const size_t found = find_cells(points, arm, ARM, seeds, question.cells),
                 others = find_cells(points, reference, REFERENCE, seeds, question.cells);
    if (found < seeds || others < seeds) {
        mistakes_add(&reader->mistakes, question.place, LABEL,
                     "%s has %zu of %zu seeds: take no seed of it out, or do not ask about it",
                     (found < seeds ? arm : reference)->picks[AXIS_PRUNER]->label,
                     found < seeds ? found : others, seeds);
    } else if (is_asked(config, &question)) {
        mistakes_add(&reader->mistakes, question.place, LABEL, "%s against %s is asked twice",
                     arm->picks[AXIS_PRUNER]->label, reference->picks[AXIS_PRUNER]->label);
    } else if (config->question_count == MOST_QUESTIONS) {
        mistakes_add(&reader->mistakes, question.place, LABEL,
                     "more than %d questions: name a dataset, a model or a rate", MOST_QUESTIONS);
    } else {
        config->questions[config->question_count++] = question;
    }
}

/* Everywhere where the grid has both. */
static void ask_everywhere(struct reader *reader, const struct points *points,
                           const struct decide_rule *rule, const struct pick *arm,
                           const struct pick *reference)
{
    size_t asked = 0;
    for (size_t i = 0; i < points->count && points->items[i].seed_rank == 0; i++) {
        const struct point *a = &points->items[i];
        for (size_t k = 0; is_of(a, arm) && k < points->count; k++) {
            const struct point *b = &points->items[k];
            if (b->seed_rank || !is_of(b, reference) || !belong(a, b) || same_arm(a, b) ||
                !(point_is_selected(&rule->where, a) || point_is_selected(&rule->where, b)))
                continue;
            ask(reader, points, rule, a, b);
            asked++;
        }
    }
    if (!asked && !reader->narrowed)
        mistakes_add(&reader->mistakes, rule->node->place, LABEL,
                     "no dataset, model and rate of the grid has both %s and %s", arm->label,
                     reference->label);
}

/* Beyond the first seeds only cells that some question needs are there. */
static void leave_out_idle(struct config *config, const struct points *points)
{
    size_t kept = 0, *now; /* [cell_count] the number of one that stays, plus 1; 0: not needed */
    MEM_NEW(now, config->cell_count);
    for (size_t q = 0; q < config->question_count; q++)
        for (size_t s = 0; s < config->seed_count; s++)
            for (size_t side = 0; side < 2; side++)
                now[config->questions[q].cells[s][side]] = 1;
    for (size_t i = 0; i < config->cell_count; i++) {
        const size_t rank = points->items[i].seed_rank;
        if (!now[i] && rank >= config->at_least && rank < config->seed_count)
            continue;
        config->cells[kept] = config->cells[i];
        config->limits[kept] = config->limits[i];
        config->places[kept] = config->places[i];
        now[i] = ++kept;
    }
    for (size_t q = 0; q < config->question_count; q++)
        for (size_t s = 0; s < config->seed_count; s++)
            for (size_t side = 0; side < 2; side++) {
                size_t *cell = &config->questions[q].cells[s][side];
                *cell = now[*cell] - 1;
            }
    config->cell_count = kept;
    mem_free(now);
}

void decide_build(struct reader *reader, const struct points *points)
{
    struct config *config = reader->config;
    if (!config->at_least) /* --set gave other seeds: nothing is decided this time */
        return;
    if (!reader->decide_count)
        mistakes_add(&reader->mistakes, node_find(reader->root, "seed")->place, "seed",
                     "at_least and at_most need something to `decide:`; a fixed number is `seed: "
                     "%zu`",
                     reader->grid.levels.seed_count);
    config->seed_count = reader->grid.levels.seed_count;
    ARENA_NEW(reader->arena, config->questions, MOST_QUESTIONS);
    for (size_t r = 0; r < reader->decide_count; r++) {
        const struct decide_rule *rule = &reader->decides[r];
        for (size_t i = 0; i < rule->arms.pick_count[AXIS_PRUNER]; i++)
            for (size_t k = 0; k < rule->references.pick_count[AXIS_PRUNER]; k++)
                ask_everywhere(reader, points, rule, rule->arms.picks[AXIS_PRUNER][i],
                               rule->references.picks[AXIS_PRUNER][k]);
    }
    leave_out_idle(config, points);
}
