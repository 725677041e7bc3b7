#include "base/anytime.h"
#include "base/err.h"
#include "base/mem.h"

#include <math.h>

const char *const anytime_state_names[] = {
    [ANYTIME_OPEN] = "open",     [ANYTIME_HOLDS] = "holds", [ANYTIME_FAILS] = "fails",
    [ANYTIME_FUTILE] = "futile", [ANYTIME_SAME] = "same",   [ANYTIME_SAME + 1] = NULL,
};

/* ---- Evidence ---------------------------------------------------------------------------------*/

/*
 * Effects as they are expected: most of the size of the spread, some far larger. What they are
 * changes no level, only how soon effects of which size are seen: chosen among others for the
 * fewest seeds at 1 to 3 standard deviations (docs/statistics.md). Without the second, 3 values
 * could never decide anything, however far they lie from the bound.
 */
static const struct {
    double weight, sd;
} effects[] = {{0.95, 1.5}, {0.05, 5}};
enum { EFFECTS = sizeof effects / sizeof *effects };

static const double LAST_LOOK = 0.5; /* share of the threshold that is enough then */

/* The statistic is the share of the sum of squares that lies in the mean: w^2 / n, from 0 to 1. */
static double share_of(double t, size_t n)
{
    const double square = isinf(t) ? 0 : (double)(n - 1) / (t * t);
    return 1 / (1 + square);
}

static double t_of(double share, size_t n)
{
    return share < 1 ? sqrt((double)(n - 1) * share / (1 - share)) : (double)INFINITY;
}

static double evidence(size_t n, double share)
{
    double sum = 0;
    for (size_t i = 0; i < EFFECTS; i++) {
        const double k = 1 + (double)n * effects[i].sd * effects[i].sd;
        sum += effects[i].weight / sqrt(k) * pow(1 - (1 - 1 / k) * share, -(double)n / 2);
    }
    return sum;
}

/* The least share that has so much evidence; 1: none has. */
static double share_with(size_t n, double wanted)
{
    double low = 0, high = 1;
    if (evidence(n, 1) <= wanted)
        return 1;
    for (double middle = 0.5; middle > low && middle < high; middle = low + (high - low) / 2)
        *(evidence(n, middle) < wanted ? &low : &high) = middle;
    return high;
}

/* ---- The chain --------------------------------------------------------------------------------*/

/*
 * Without an effect, w of n + 1 values comes from w of n by turning: the last value's share of all
 * squares is sin(phi)^2 of an angle that does not depend on the values before. With psi = phi +
 * atan(w), w' = sqrt(1 + w^2) sin(psi). A function of the state |w| is kept at points of the states
 * in which no decision has fallen. Up to `kink` the next value cannot decide, whatever it is, and
 * beyond it decides with a chance that grows like a square root: so the points lie evenly up to
 * there, and beyond like squares, HALF of each.
 */
enum { HALF = 32, POINTS = 2 * HALF + 1, NODES = 16 };
static const double HALF_TURN = 3.14159265358979323846;

struct chain {
    size_t at_least, at_most;
    double end[ANYTIME_MOST + 1]; /* the |w| that decides; sqrt(n), its largest: none does */
    double kink[ANYTIME_MOST + 1];
    double node[NODES], weight[NODES];
};

/* What a function of the state counts. */
enum count {
    COUNT_WAYS,      /* decisions, without an effect */
    COUNT_DECISIONS, /* with one of effects[] */
    COUNT_VALUES,    /* values until the decision or the end, with one of effects[] */
};

struct function {
    enum count count;
    double (*at)[POINTS]; /* [n] */
};

static struct chain chain_new(size_t at_least, size_t at_most)
{
    struct chain chain = {.at_least = at_least, .at_most = at_most};
    for (size_t i = 0; i < NODES; i++) { /* Gauss and Legendre's, by Newton's method */
        double x = cos(HALF_TURN * ((double)i + 0.75) / (NODES + 0.5)), slope = 0;
        for (size_t step = 0; step < 20; step++) {
            double before = 1, p = x;
            for (size_t k = 2; k <= NODES; k++) {
                const double next =
                    ((double)(2 * k - 1) * x * p - (double)(k - 1) * before) / (double)k;
                before = p;
                p = next;
            }
            slope = NODES * (x * p - before) / (x * x - 1);
            x -= p / slope;
        }
        chain.node[i] = x;
        chain.weight[i] = 2 / ((1 - x * x) * slope * slope);
    }
    return chain;
}

static bool can_decide(const struct chain *chain, size_t n)
{
    return chain->end[n] < sqrt((double)n);
}

static void set_ends(struct chain *chain, double threshold)
{
    for (size_t n = chain->at_most; n > 0; n--) {
        const double wanted = n == chain->at_most ? LAST_LOOK * threshold : threshold;
        const double share = n < chain->at_least ? 1 : share_with(n, wanted);
        chain->end[n] = chain->kink[n] = sqrt((double)n * share);
        if (n < chain->at_most) {
            const double next = can_decide(chain, n + 1) ? chain->end[n + 1] : chain->kink[n + 1];
            chain->kink[n] = fmin(sqrt(fmax(0, next * next - 1)), chain->end[n]);
        }
    }
}

static double state(const struct chain *chain, size_t n, size_t point)
{
    const double kink = chain->kink[n], x = (double)point / HALF - 1;
    return x <= 0 ? kink * (1 + x) : kink + (chain->end[n] - kink) * x * x;
}

/* Interpolated by a cubic through four points on the same side of the kink. */
static double value_at(const struct chain *chain, const struct function *f, size_t n, double w)
{
    const double kink = chain->kink[n], beyond = chain->end[n] - kink;
    const double size = fabs(w), past = size - kink;
    const bool below = past <= 0 || beyond <= 0;
    const double x = HALF * (below ? fmin(size / kink, 1) : sqrt(fmin(past / beyond, 1)));
    const size_t first = x < 1 ? 0 : x < HALF - 2 ? (size_t)x - 1 : HALF - 3;
    const double *at = f->at[n] + (below ? 0 : HALF) + first, d = x - (double)first;
    return (d * (d - 1) * ((d - 2) * at[3] - 3 * (d - 3) * at[2]) +
            (d - 2) * (d - 3) * (3 * d * at[1] - (d - 1) * at[0])) /
           6;
}

/* The part of an integral over psi in which n + 1 values decide, or do not. */
static double integrate(const struct chain *chain, const struct function *f, size_t n, double w,
                        double from, double to, bool decides)
{
    const double radius = sqrt(1 + w * w), half = (to - from) / 2;
    double sum = 0;
    if (half <= 0 || (decides ? f->count == COUNT_VALUES : n + 1 == chain->at_most))
        return 0;
    for (size_t i = 0; i < NODES; i++) {
        const double psi = from + half * (1 + chain->node[i]), next = radius * sin(psi);
        const double value = !decides ? value_at(chain, f, n + 1, next)
                             : f->count == COUNT_WAYS
                                 ? 1
                                 : evidence(n + 1, next * next / (double)(n + 1));
        sum += chain->weight[i] * value * pow(cos(psi - atan(w)), (double)(n - 1));
    }
    return half * sum;
}

/* The integral of cos(phi)^(n - 1) over half a turn. */
static double whole(size_t n)
{
    double product = n % 2 ? HALF_TURN : 2;
    for (size_t k = n % 2 ? 1 : 2; k < n; k += 2)
        product *= (double)k / (double)(k + 1);
    return product;
}

/* What f counts from here on, before the evidence is divided out: n values, state w >= 0. From
 * there only the upper end can be reached: one value that outweighs all others leads to |w| = 1. */
static double count_on(const struct chain *chain, const struct function *f, size_t n, double w)
{
    const double radius = sqrt(1 + w * w), middle = atan(w), top = HALF_TURN / 2;
    /* Beyond, the density is below 1e-17 of its largest. */
    const double reach = n > 1 ? fmin(top, 9 / sqrt((double)n - 0.9)) : top;
    const double kink = asin(fmin(1, chain->kink[n + 1] / radius));
    const double end = can_decide(chain, n + 1) ? asin(fmin(1, chain->end[n + 1] / radius)) : top;
    const double breaks[] = {middle - reach, kink,           end,
                             2 * top - end,  2 * top - kink, middle + reach};
    double sum = 0;
    for (size_t i = 0; i < 5; i++)
        sum += integrate(chain, f, n, w, fmax(breaks[i], breaks[0]), fmin(breaks[i + 1], breaks[5]),
                         i == 2);
    return sum / whole(n) + (f->count == COUNT_VALUES ? evidence(n, w * w / (double)n) : 0);
}

static struct function count_back(const struct chain *chain, enum count count)
{
    struct function f = {.count = count};
    MEM_NEW(f.at, chain->at_most + 1);
    for (size_t n = chain->at_most - 1; n > 0; n--)
        for (size_t i = 0; i < POINTS; i++)
            f.at[n][i] = count_on(chain, &f, n, state(chain, n, i));
    return f;
}

/* The chance that some look comes to the threshold though there is no effect. */
static double level_of(const struct chain *looks, double threshold)
{
    struct chain chain = *looks;
    set_ends(&chain, threshold);
    struct function f = count_back(&chain, COUNT_WAYS);
    const double level = count_on(&chain, &f, 1, 1);
    mem_free(f.at);
    return level;
}

/* Nearly a straight line in logarithms, one down for one up. */
static double threshold_of(const struct chain *chain, double alpha)
{
    double low = log(LAST_LOOK), high = log(1 / (alpha * LAST_LOOK)), best = (low + high) / 2;
    for (size_t step = 0; step < 60; step++) {
        const double excess = log(level_of(chain, exp(best)) / (ANYTIME_USED * alpha));
        if (fabs(excess) < 1e-7)
            break;
        *(excess > 0 ? &low : &high) = best;
        best += excess;
        if (!(best > low && best < high))
            best = low + (high - low) / 2;
    }
    return exp(best);
}

/* ---- A plan of looks --------------------------------------------------------------------------*/

struct anytime_outlook {
    struct chain chain;
    struct function decisions, values;
};

static double foretell(const struct anytime_outlook *outlook, const struct function *f, size_t n,
                       double share)
{
    if (n >= outlook->chain.at_most)
        return 0;
    const double w = fmin(sqrt((double)n * share), outlook->chain.end[n]);
    return value_at(&outlook->chain, f, n, w) / evidence(n, w * w / (double)n);
}

double anytime_chance(const struct anytime_plan *plan, size_t n, double t)
{
    return foretell(plan->outlook, &plan->outlook->decisions, n, share_of(t, n));
}

double anytime_expected(const struct anytime_plan *plan, size_t n, double t)
{
    return foretell(plan->outlook, &plan->outlook->values, n, share_of(t, n));
}

/* The largest |t| that is hopeless; it is the more hopeful the larger. */
static double hopeless_t(const struct anytime_plan *plan, size_t n)
{
    double low = 0, high = fmin(plan->decides[n], 100);
    if (n == plan->at_most)
        return INFINITY;
    if (anytime_chance(plan, n, 0) > ANYTIME_HOPELESS)
        return -1;
    for (double middle = high / 2; high - low > 1e-9; middle = low + (high - low) / 2)
        *(anytime_chance(plan, n, middle) > ANYTIME_HOPELESS ? &high : &low) = middle;
    return low;
}

void anytime_plan(size_t at_least, size_t at_most, double alpha, struct anytime_plan *ret_plan)
{
    REQUIRE(at_least >= ANYTIME_LEAST && at_least <= at_most && at_most <= ANYTIME_MOST);
    REQUIRE(alpha >= 1e-6 && alpha <= 0.2);
    struct anytime_plan plan = {.at_least = at_least, .at_most = at_most, .alpha = alpha};
    MEM_NEW(plan.outlook, 1);
    struct chain *chain = &plan.outlook->chain;
    *chain = chain_new(at_least, at_most);
    plan.threshold = threshold_of(chain, alpha);
    set_ends(chain, plan.threshold);
    plan.outlook->decisions = count_back(chain, COUNT_DECISIONS);
    plan.outlook->values = count_back(chain, COUNT_VALUES);
    for (size_t n = 1; n <= at_most; n++) {
        const double share = chain->end[n] * chain->end[n] / (double)n;
        plan.decides[n] = can_decide(chain, n) ? t_of(share, n) : (double)INFINITY;
        plan.futile[n] = n >= at_least ? hopeless_t(&plan, n) : -1;
    }
    *ret_plan = plan;
}

void anytime_plan_release(struct anytime_plan *plan)
{
    MEM_FREE(plan->outlook->decisions.at, plan->outlook->values.at, plan->outlook);
    *plan = (struct anytime_plan){0};
}

/* NAN: they do not tell. */
static double spread(const double *values, size_t n, double least_sd)
{
    return stats_has_spread(values, n) ? fmax(stats_sd(values, n), least_sd) : (double)NAN;
}

struct stats_interval anytime_interval(const struct anytime_plan *plan, const double *values,
                                       size_t n, double least_sd)
{
    struct stats_interval meet = {-INFINITY, INFINITY}, last = {(double)NAN, (double)NAN};
    for (size_t k = plan->at_least; k <= n && k <= plan->at_most; k++) {
        const double half = plan->decides[k] * spread(values, k, least_sd) / sqrt((double)k);
        if (!isfinite(half))
            continue;
        last = (struct stats_interval){stats_mean(values, k) - half, stats_mean(values, k) + half};
        meet = (struct stats_interval){fmax(meet.low, last.low), fmin(meet.high, last.high)};
    }
    return meet.low <= meet.high && isfinite(meet.low) ? meet : last;
}

/* ---- Questions --------------------------------------------------------------------------------*/

static double t_against(const struct anytime_question *q, size_t n, double sd)
{
    return (stats_mean(q->values, n) - q->bound) / sd * sqrt((double)n);
}

/* After n values, in thresholds' terms; NAN without a spread. */
static double evidence_at(const struct anytime_question *q, size_t n, size_t at_most, double *ret_t)
{
    *ret_t = t_against(q, n, spread(q->values, n, q->least_sd));
    return evidence(n, share_of(*ret_t, n)) / (n == at_most ? LAST_LOOK : 1);
}

/* The most evidence of any look so far, and the sign of t there. */
static double most_evidence(const struct anytime_question *q, size_t at_least, size_t at_most,
                            enum anytime_state *ret_side)
{
    double most = 0;
    for (size_t n = at_least; n <= q->n && n <= at_most; n++) {
        double t;
        const double found = evidence_at(q, n, at_most, &t);
        if (found > most) { /* not NAN */
            most = found;
            *ret_side = t > 0 ? ANYTIME_HOLDS : ANYTIME_FAILS;
        }
    }
    return most;
}

/* Holm's thresholds, each calculated when it is first asked for: of alpha / 1, alpha / 2, ... */
static double threshold_among(const struct chain *chain, size_t count, double *known)
{
    if (known[count] == 0)
        known[count] = threshold_of(chain, STATS_ALPHA / (double)count);
    return known[count];
}

/* Marks what Holm decides by the most evidence of each question so far; NAN: it is no question. */
static void mark_decided(const struct chain *chain, const double *most, size_t count, size_t n,
                         double *thresholds, struct anytime_answer *answers)
{
    size_t left = 0, best;
    bool *taken;
    MEM_NEW(taken, count);
    for (size_t i = 0; i < count; i++)
        left += isnan(most[i]) ? 0 : 1;
    for (; left > 0; left--) {
        best = count;
        for (size_t i = 0; i < count; i++)
            if (!taken[i] && !isnan(most[i]) && (best == count || most[i] > most[best]))
                best = i;
        if (most[best] < threshold_among(chain, left, thresholds))
            break;
        taken[best] = true;
        if (!answers[best].decided)
            answers[best].decided = n;
    }
    mem_free(taken);
}

static void find_decided(const struct chain *chain, const struct anytime_question *questions,
                         size_t count, struct anytime_answer *answers)
{
    double *most, *thresholds, t;
    MEM_NEW(most, count);
    MEM_NEW(thresholds, count + 1);
    for (size_t i = 0; i < count; i++)
        most[i] = questions[i].same ? (double)NAN : 0;
    for (size_t n = chain->at_least; n <= chain->at_most; n++) {
        size_t looked = 0;
        for (size_t i = 0; i < count; i++) {
            if (questions[i].n < n || questions[i].same)
                continue;
            const double found = evidence_at(&questions[i], n, chain->at_most, &t);
            most[i] = found > most[i] ? found : most[i];
            looked++;
        }
        if (looked)
            mark_decided(chain, most, count, n, thresholds, answers);
    }
    for (size_t i = 0; i < count; i++) /* one that has fewer values, once others were decided */
        if (answers[i].decided > questions[i].n)
            answers[i].decided = questions[i].n;
    MEM_FREE(most, thresholds);
}

static size_t needed_of(const struct anytime_plan *plan, size_t n, double t)
{
    for (size_t k = n + 1; k <= STATS_MOST_NEEDED; k++) {
        const double wanted = plan->threshold * (k == plan->at_most ? LAST_LOOK : 1);
        const double t_then = t * sqrt((double)k / (double)n);
        if (k >= plan->at_least && evidence(k, share_of(t_then, k)) >= wanted)
            return k - n;
    }
    return 0;
}

/* Of a question that no look has decided. */
static void look_ahead(const struct anytime_plan *plan, const struct anytime_question *q,
                       struct anytime_answer *answer)
{
    const size_t n = q->n < plan->at_most ? q->n : plan->at_most;
    double t = INFINITY; /* of one value: it tells nothing */
    if (n > 1) {
        const double sd = spread(q->values, n, q->least_sd);
        t = t_against(q, n, sd > 0 || q->least_sd <= 0 ? sd : q->least_sd);
        answer->needed = needed_of(plan, n, t);
    }
    answer->state =
        n == plan->at_most || fabs(t) <= plan->futile[n] ? ANYTIME_FUTILE : ANYTIME_OPEN;
    if (isnan(t))
        return;
    answer->chance = anytime_chance(plan, n ? n : 1, t);
    answer->expected = anytime_expected(plan, n ? n : 1, t) + (n ? 0 : 1);
}

void anytime_answer(const struct anytime_question *questions, size_t count, size_t at_least,
                    size_t at_most, struct anytime_answer *ret_answers)
{
    struct anytime_plan plan, open_plan = {0};
    size_t undecided = 0, decided = 0;
    double *p;
    MEM_NEW(p, count);
    anytime_plan(at_least, at_most, STATS_ALPHA, &plan);
    for (size_t i = 0; i < count; i++) {
        const struct anytime_question *q = &questions[i];
        struct anytime_answer answer = {.chance = (double)NAN, .expected = (double)NAN};
        const double most = most_evidence(q, at_least, at_most, &answer.state);
        answer.interval = anytime_interval(&plan, q->values, q->n, q->least_sd);
        answer.p = most > 1 ? fmin(1, level_of(&plan.outlook->chain, most) / ANYTIME_USED) : 1;
        p[i] = q->same ? (double)NAN : answer.p;
        ret_answers[i] = answer;
    }
    stats_holm(p, count, p);
    for (size_t i = 0; i < count; i++) {
        ret_answers[i].p_holm = p[i];
        undecided += p[i] > STATS_ALPHA;
        decided += p[i] <= STATS_ALPHA;
    }
    if (decided)
        find_decided(&plan.outlook->chain, questions, count, ret_answers);
    if (undecided)
        anytime_plan(at_least, at_most, STATS_ALPHA / (double)undecided, &open_plan);
    for (size_t i = 0; i < count; i++) {
        struct anytime_answer *answer = &ret_answers[i];
        if (questions[i].same)
            answer->state = ANYTIME_SAME;
        else if (p[i] <= STATS_ALPHA && !answer->decided) /* by a hair, with the last value */
            answer->decided = questions[i].n < at_most ? questions[i].n : at_most;
        if (!(p[i] > STATS_ALPHA))
            continue;
        answer->level = open_plan.alpha;
        look_ahead(&open_plan, &questions[i], answer);
    }
    if (undecided)
        anytime_plan_release(&open_plan);
    anytime_plan_release(&plan);
    mem_free(p);
}
