#include "pruners/math/anneal.h"

#include "base/clones.h"
#include "base/err.h"
#include "base/linalg.h"
#include "base/mem.h"
#include "base/num.h"
#include "pruners/math/draw.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

/* ---- Sums of rows ---- */

static const float *row_of(const struct anneal_problem *problem, size_t i)
{
    return problem->rows + i * problem->width;
}

static void add_row(double *sum, const float *row, size_t width)
{
    for (size_t k = 0; k < width; k++)
        sum[k] += (double)row[k];
}

static void sum_rows(const struct anneal_problem *problem, const uint8_t *taken, double *ret_sum)
{
    memset(ret_sum, 0, problem->width * sizeof *ret_sum);
    for (size_t i = 0; i < problem->n; i++)
        if (taken[i])
            add_row(ret_sum, row_of(problem, i), problem->width);
}

static double length_of(const double *v, size_t width)
{
    return sqrt(linalg_ddot(v, v, width));
}

double anneal_length(const struct anneal_problem *problem, const uint8_t *taken)
{
    double *sum;
    MEM_NEW(sum, problem->width);
    sum_rows(problem, taken, sum);
    const double length = length_of(sum, problem->width);
    mem_free(sum);
    return length;
}

/* The change of ||v||^2 where `in` enters and `out` leaves. A sum in a fixed order of its own, so
   that every instruction set gives the same bits. */
CLONES(static, change_of,
       (double *ret_change, const double *v, const float *in, const float *out, size_t width),
       (ret_change, v, in, out, width))
{
    enum { LANES = 16 };
    double sums[LANES] = {0}, sum = 0;
    size_t k = 0;
    for (; k + LANES <= width; k += LANES)
        for (size_t lane = 0; lane < LANES; lane++) {
            const double d = (double)in[k + lane] - (double)out[k + lane];
            sums[lane] += d * (2 * v[k + lane] + d);
        }
    for (; k < width; k++) {
        const double d = (double)in[k] - (double)out[k];
        sum += d * (2 * v[k] + d);
    }
    for (size_t lane = 0; lane < LANES; lane++)
        sum += sums[lane];
    *ret_change = sum;
}

CLONES(static, move_sum, (double *v, const float *in, const float *out, size_t width),
       (v, in, out, width))
{
    for (size_t k = 0; k < width; k++)
        v[k] += (double)in[k] - (double)out[k];
}

/* ---- A walk over the sets ---- */

/* What is minimised: -price * count + weight * ||v||^2. */
struct rules {
    bool resizes; /* rows may be added and removed */
    size_t most;  /* rows */
    double limit; /* of ||v||^2 */
    double price, weight;
};

enum { FLIPS = 4096 };

struct walk {
    const struct anneal_problem *problem;
    struct rules rules;
    uint32_t *order; /* [n] the taken rows first */
    size_t count;    /* of them */
    double *sum;     /* [width] v */
    double squares;  /* ||v||^2 */
    float *nothing;  /* [width] zeros: the row that enters or leaves where there is none */
    /* The best so far is *best with flips[flip_count] turned over since; more than FLIPS of them
       are not remembered. */
    uint8_t *best; /* [n] */
    double best_energy;
    uint32_t flips[FLIPS]; /* since the best */
    size_t flip_count;
    bool is_best_forgotten; /* the flips do not lead from best to here */
};

enum { NO_ROW = -1 };

struct move {
    int64_t in, out; /* positions in order, or NO_ROW */
    double squares;  /* change of ||v||^2 */
    double energy;   /* change of it */
};

static double energy_of(const struct walk *w)
{
    return w->rules.weight * w->squares - w->rules.price * (double)w->count;
}

static void walk_init(struct walk *w, const struct anneal_problem *problem,
                      const struct rules *rules, const uint8_t *taken)
{
    *w = (struct walk){.problem = problem, .rules = *rules};
    MEM_NEW(w->order, problem->n);
    MEM_NEW(w->sum, problem->width);
    MEM_NEW(w->nothing, problem->width);
    MEM_NEW(w->best, problem->n);
    size_t at = 0;
    for (size_t i = 0; i < problem->n; i++)
        if (taken[i])
            w->order[at++] = (uint32_t)i;
    w->count = at;
    for (size_t i = 0; i < problem->n; i++)
        if (!taken[i])
            w->order[at++] = (uint32_t)i;
    sum_rows(problem, taken, w->sum);
    w->squares = linalg_ddot(w->sum, w->sum, problem->width);
    memcpy(w->best, taken, problem->n);
    w->best_energy = energy_of(w);
}

static int64_t draw(struct rng *rng, size_t first, size_t count)
{
    return (int64_t)(first + rng_below(rng, (uint32_t)count));
}

static const float *moving_row(const struct walk *w, int64_t position)
{
    return position == NO_ROW ? w->nothing : row_of(w->problem, w->order[position]);
}

/* false where the move that was drawn is not allowed. */
static bool propose(const struct walk *w, struct rng *rng, struct move *ret_move)
{
    enum { SWAP, ADD, REMOVE, KINDS };
    const size_t n = w->problem->n, outside = n - w->count;
    const uint32_t kind = w->rules.resizes ? rng_below(rng, KINDS) : SWAP;
    if ((kind != ADD && w->count == 0) || (kind != REMOVE && outside == 0) ||
        (kind == ADD && w->count >= w->rules.most))
        return false;
    struct move m = {.in = NO_ROW, .out = NO_ROW};
    if (kind != ADD)
        m.out = draw(rng, 0, w->count);
    if (kind != REMOVE)
        m.in = draw(rng, w->count, outside);
    change_of(&m.squares, w->sum, moving_row(w, m.in), moving_row(w, m.out), w->problem->width);
    if (w->squares + m.squares > w->rules.limit)
        return false;
    const double more = (m.in != NO_ROW) - (m.out != NO_ROW);
    m.energy = w->rules.weight * m.squares - w->rules.price * more;
    *ret_move = m;
    return true;
}

static void flip(struct walk *w, uint32_t sample)
{
    if (w->flip_count < FLIPS)
        w->flips[w->flip_count++] = sample;
    else
        w->is_best_forgotten = true;
}

static void exchange(uint32_t *order, size_t a, size_t b)
{
    const uint32_t sample = order[a];
    order[a] = order[b];
    order[b] = sample;
}

static void take_move(struct walk *w, const struct move *m)
{
    move_sum(w->sum, moving_row(w, m->in), moving_row(w, m->out), w->problem->width);
    w->squares += m->squares;
    if (m->in != NO_ROW)
        flip(w, w->order[m->in]);
    if (m->out != NO_ROW)
        flip(w, w->order[m->out]);
    if (m->in == NO_ROW)
        exchange(w->order, (size_t)m->out, --w->count);
    else if (m->out == NO_ROW)
        exchange(w->order, (size_t)m->in, w->count++);
    else
        exchange(w->order, (size_t)m->in, (size_t)m->out);
}

static void note_if_best(struct walk *w)
{
    if (energy_of(w) >= w->best_energy)
        return;
    w->best_energy = energy_of(w);
    if (w->is_best_forgotten) {
        memset(w->best, 0, w->problem->n);
        for (size_t j = 0; j < w->count; j++)
            w->best[w->order[j]] = 1;
    } else {
        for (size_t j = 0; j < w->flip_count; j++)
            w->best[w->flips[j]] ^= 1;
    }
    w->flip_count = 0;
    w->is_best_forgotten = false;
}

/* Median |change| over moves from where the walk stands; 0 where none is allowed. */
static double first_temperature(const struct walk *w, struct rng *rng)
{
    enum { TRIED = 1000 };
    double *changes;
    size_t count = 0;
    struct move m;
    MEM_NEW(changes, TRIED);
    for (int i = 0; i < TRIED; i++)
        if (propose(w, rng, &m))
            changes[count++] = fabs(m.energy);
    const double median = count > 0 ? num_quantile(changes, count, 0.5) : 0;
    mem_free(changes);
    return median;
}

static double anneal(const struct anneal_problem *problem, const struct rules *rules, int64_t moves,
                     struct rng *rng, uint8_t *taken)
{
    enum { REFRESH = 10000 };
    const double fall = 1e-4;
    struct walk *w;
    MEM_NEW(w, 1);
    walk_init(w, problem, rules, taken);
    double temperature = first_temperature(w, rng);
    const double factor = pow(fall, 1 / fmax(1, (double)moves - 1));
    for (int64_t k = 0; k < moves; k++, temperature *= factor) {
        struct move m;
        if (k % REFRESH == 0)
            w->squares = linalg_ddot(w->sum, w->sum, problem->width);
        if (!propose(w, rng, &m))
            continue;
        if (m.energy > 0 && rng_uniform(rng) >= exp(-m.energy / temperature))
            continue;
        take_move(w, &m);
        note_if_best(w);
    }
    memcpy(taken, w->best, problem->n);
    MEM_FREE(w->order, w->sum, w->nothing, w->best, w);
    return anneal_length(problem, taken);
}

double anneal_fixed(const struct anneal_problem *problem, int64_t moves, struct rng *rng,
                    uint8_t *taken)
{
    const struct rules rules = {.most = problem->n, .limit = HUGE_VAL, .weight = 1};
    return anneal(problem, &rules, moves, rng, taken);
}

/* ---- Where it starts, and what it is compared with ---- */

double anneal_smallest(const struct anneal_problem *problem, const uint32_t *order, size_t count,
                       uint8_t *ret_taken)
{
    REQUIRE(count <= problem->n);
    memset(ret_taken, 0, problem->n);
    for (size_t j = problem->n - count; j < problem->n; j++)
        ret_taken[order[j]] = 1;
    return anneal_length(problem, ret_taken);
}

size_t anneal_smallest_within(const struct anneal_problem *problem, const uint32_t *order,
                              double eps, size_t most, uint8_t *ret_taken)
{
    REQUIRE(most <= problem->n);
    double *sum;
    size_t longest = 0;
    MEM_NEW(sum, problem->width);
    for (size_t count = 1; count <= most; count++) {
        add_row(sum, row_of(problem, order[problem->n - count]), problem->width);
        if (length_of(sum, problem->width) <= eps)
            longest = count;
    }
    mem_free(sum);
    anneal_smallest(problem, order, longest, ret_taken);
    return longest;
}

/* The first of SIZES sizes from most down, and above least, of which a set within eps is found;
   taken[n] stays as it was where there is none. */
static void find_larger(const struct anneal_problem *problem, const uint32_t *order, double eps,
                        size_t least, size_t most, int64_t moves, struct rng *rng, uint8_t *taken)
{
    enum { SIZES = 20 };
    const size_t sizes = most < SIZES ? most : SIZES;
    uint8_t *tried;
    MEM_NEW(tried, problem->n);
    for (size_t k = sizes; k > 0 && most * k / sizes > least; k--) {
        anneal_smallest(problem, order, most * k / sizes, tried);
        if (anneal_fixed(problem, moves / (int64_t)sizes, rng, tried) <= eps) {
            memcpy(taken, tried, problem->n);
            break;
        }
    }
    mem_free(tried);
}

double anneal_within(const struct anneal_problem *problem, const uint32_t *order, double eps,
                     size_t most, int64_t moves, struct rng *rng, uint8_t *ret_taken)
{
    const struct rules rules = {.resizes = true,
                                .most = most,
                                .limit = eps * eps,
                                .price = 1,
                                .weight = eps > 0 ? 1 / (eps * eps) : 0};
    const size_t least = anneal_smallest_within(problem, order, eps, most, ret_taken);
    find_larger(problem, order, eps, least, most, moves / 2, rng, ret_taken);
    return anneal(problem, &rules, moves - moves / 2, rng, ret_taken);
}

/* ret_sums[ANNEAL_DRAWS][width]: the sums of all draws[ANNEAL_DRAWS][n], a tile of rows at a time:
   in float within one, in double over them. */
static void sum_draws(const struct anneal_problem *problem, const uint8_t *draws, double *ret_sums)
{
    enum { TILE = 512 };
    const size_t width = problem->width;
    float *indicators, *sums; /* [ANNEAL_DRAWS][TILE], [ANNEAL_DRAWS][width] */
    MEM_NEW(indicators, ANNEAL_DRAWS * TILE);
    MEM_NEW(sums, ANNEAL_DRAWS * width);
    for (size_t first = 0; first < problem->n; first += TILE) {
        const size_t rows = problem->n - first < TILE ? problem->n - first : TILE;
        for (size_t d = 0; d < ANNEAL_DRAWS; d++)
            for (size_t i = 0; i < rows; i++)
                indicators[d * TILE + i] = draws[d * problem->n + first + i];
        linalg_gemm(sums, width, indicators, TILE, false, row_of(problem, first), width, false,
                    ANNEAL_DRAWS, width, rows, 1, 0);
        for (size_t k = 0; k < ANNEAL_DRAWS * width; k++)
            ret_sums[k] += (double)sums[k];
    }
    MEM_FREE(indicators, sums);
}

double anneal_random(const struct anneal_problem *problem, size_t count, struct rng *rng,
                     uint8_t *ret_shortest)
{
    const size_t n = problem->n;
    uint32_t *pool;
    uint8_t *draws;
    double *sums, total = 0, least = HUGE_VAL;
    MEM_NEW(pool, n);
    MEM_NEW(draws, mem_size(ANNEAL_DRAWS, n));
    MEM_NEW(sums, mem_size(ANNEAL_DRAWS, problem->width));
    for (size_t i = 0; i < n; i++)
        pool[i] = (uint32_t)i;
    for (size_t d = 0; d < ANNEAL_DRAWS; d++) {
        draw_front(rng, pool, n, count);
        for (size_t j = 0; j < count; j++)
            draws[d * n + pool[j]] = 1;
    }
    sum_draws(problem, draws, sums);
    for (size_t d = 0; d < ANNEAL_DRAWS; d++) {
        const double length = length_of(sums + d * problem->width, problem->width);
        total += length;
        if (length < least) {
            least = length;
            memcpy(ret_shortest, draws + d * n, n);
        }
    }
    MEM_FREE(pool, draws, sums);
    return total / ANNEAL_DRAWS;
}
