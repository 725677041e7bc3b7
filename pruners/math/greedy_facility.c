/*
 * Facility location, for greedy.h.
 *
 * GREEDY_DISTANCE: any constant in the place of the farthest distance gives the same picks, if it
 * is no smaller. The first pick has the gain n * constant - sum of distances, later ones gains in
 * which the constant cancels. 2 max ||g|| is one (triangle inequality), and no pass over all pairs
 * is needed to find it.
 *
 * Ties are no accident: of two samples that are each other's nearest, and both nearer than any
 * pick, either gains the same. So that the index decides them and not rounding, similarities are
 * floats, symmetric, and one constant for a sample with itself; their differences are taken and
 * summed in double, whose 53 bits hold them all without rounding. Hence the order of a sum does not
 * matter either, and a walk along a list gives what the whole row gives. (Distances that are equal
 * on paper still differ by a float's rounding.)
 */
#include "pruners/math/greedy.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

enum { BLOCK = CLASS_GRADIENTS_BLOCK, LANES = 8, FEWEST = 16 };

struct entry {
    uint32_t i;
    float similarity;
};

/* All i for which a candidate is more similar than the picks are. */
struct list {
    struct entry *entries; /* [room]; NULL: there is none */
    size_t count, room;
};

struct facility {
    struct class_gradients *gradients;
    enum greedy_similarity similarity;
    float farthest;
    float *matrix;      /* [n][n] similarities, or NULL where they do not fit */
    float *rows;        /* [BLOCK][n] of the candidates that are looked at, where they do not */
    struct list *lists; /* [n] likewise */
    size_t room;        /* of all lists, entries */
    size_t most_room;
    float *best;     /* [n] the largest similarity to a pick; 0 before the first */
    uint32_t *owner; /* [n] the number of that pick */
    uint32_t picks;
};

/* ---- Similarities ---- */

/* Similarities of candidates to the samples from..n-1, in those columns of ret[count][n]. */
static void similarities(const struct facility *f, const uint32_t *rows, size_t count, size_t from,
                         float *ret)
{
    const size_t n = f->gradients->n;
    const double *norms = f->gradients->norms;
    class_gradients_products(f->gradients, rows, count, from, ret, n);
    for (size_t b = 0; b < count; b++) {
        float *s = ret + b * n;
        const double own = norms[rows[b]] * norms[rows[b]];
        for (size_t i = from; f->similarity == GREEDY_COSINE && i < n; i++) {
            const float cosine = s[i] < -1 ? -1 : s[i] > 1 ? 1 : s[i];
            s[i] = 0.5f + 0.5f * cosine;
        }
        for (size_t i = from; f->similarity == GREEDY_DISTANCE && i < n; i++) {
            const double squared = own + norms[i] * norms[i] - 2 * (double)s[i];
            s[i] = f->farthest - (squared > 0 ? sqrtf((float)squared) : 0);
        }
        /* Rounding would leave it a distance from itself. */
        if (rows[b] >= from && f->similarity == GREEDY_DISTANCE)
            s[rows[b]] = f->farthest;
        else if (rows[b] >= from)
            s[rows[b]] = norms[rows[b]] > 0 ? 1 : 0.5f;
    }
}

/* The matrix is symmetric to the bit: half of it is computed, and mirrored. */
static void fill_matrix(struct facility *f)
{
    const size_t n = f->gradients->n;
    uint32_t rows[BLOCK];
    MEM_NEW(f->matrix, mem_size(n, n));
    for (size_t first = 0; first < n; first += BLOCK) {
        const size_t count = n - first < BLOCK ? n - first : BLOCK;
        for (size_t b = 0; b < count; b++)
            rows[b] = (uint32_t)(first + b);
        similarities(f, rows, count, first, f->matrix + first * n);
        for (size_t j = first; j < n; j++)
            for (size_t b = 0; b < count && first + b < j; b++)
                f->matrix[j * n + first + b] = f->matrix[(first + b) * n + j];
    }
}

static float farthest(const struct class_gradients *g)
{
    double largest = 0;
    for (size_t i = 0; i < g->n; i++)
        largest = fmax(largest, g->norms[i]);
    return (float)(2 * largest);
}

static void facility_init(struct facility *f, size_t bytes)
{
    const size_t n = f->gradients->n;
    MEM_NEW(f->best, n);
    MEM_NEW(f->owner, n);
    if (f->similarity == GREEDY_COSINE)
        class_gradients_normalise(f->gradients);
    else
        f->farthest = farthest(f->gradients);
    if (n > bytes / sizeof(float) / n) {
        f->most_room = bytes / sizeof(struct entry);
        MEM_NEW(f->lists, n);
        MEM_NEW(f->rows, mem_size(BLOCK, n));
        return;
    }
    fill_matrix(f);
}

static void facility_release(struct facility *f)
{
    for (size_t i = 0; f->lists && i < f->gradients->n; i++)
        mem_free(f->lists[i].entries);
    MEM_FREE(f->lists, f->rows, f->matrix, f->best, f->owner);
}

/* ---- Gains ---- */

static double sum_of(const double lanes[LANES])
{
    double sum = 0;
    for (size_t l = 0; l < LANES; l++)
        sum += lanes[l];
    return sum;
}

/* sum_i max(0, s_i - best_i) */
static double gain_of_row(const float *s, const float *best, size_t n)
{
    double lanes[LANES] = {0};
    size_t i = 0;
    for (; i + LANES <= n; i += LANES)
        for (size_t l = 0; l < LANES; l++) {
            const double more = (double)s[i + l] - (double)best[i + l];
            lanes[l] += more > 0 ? more : 0;
        }
    for (; i < n; i++)
        if (s[i] > best[i])
            lanes[i % LANES] += (double)s[i] - (double)best[i];
    return sum_of(lanes);
}

/* The same along a list, which loses what is not positive any more. */
static double gain_of_list(struct list *list, const float *best)
{
    double lanes[LANES] = {0};
    size_t left = 0;
    for (size_t e = 0; e < list->count; e++) {
        const struct entry at = list->entries[e];
        if (at.similarity <= best[at.i])
            continue;
        lanes[at.i % LANES] += (double)at.similarity - (double)best[at.i];
        list->entries[left++] = at;
    }
    list->count = left;
    return sum_of(lanes);
}

static void drop_list(struct facility *f, struct list *list)
{
    mem_free(list->entries);
    f->room -= list->room;
    *list = (struct list){0};
}

/* Gives back what a list has become too short for. */
static void shrink_list(struct facility *f, struct list *list)
{
    if (list->count > list->room / 4 || list->room <= FEWEST)
        return;
    struct list shorter = {.count = list->count, .room = list->count + 1};
    MEM_NEW(shorter.entries, shorter.room);
    memcpy(shorter.entries, list->entries, list->count * sizeof *list->entries);
    drop_list(f, list);
    f->room += shorter.room;
    *list = shorter;
}

/* Makes a list of a row, unless it is too long: each candidate may have twice its share. */
static void make_list(struct facility *f, const float *s, struct list *ret_list)
{
    const size_t n = f->gradients->n;
    struct list list = {0};
    for (size_t i = 0; i < n; i++)
        list.room += s[i] > f->best[i];
    list.room++;
    if (list.room > FEWEST + 2 * f->most_room / n || f->room + list.room > f->most_room)
        return;
    MEM_NEW(list.entries, list.room);
    for (size_t i = 0; i < n; i++)
        if (s[i] > f->best[i])
            list.entries[list.count++] = (struct entry){(uint32_t)i, s[i]};
    f->room += list.room;
    *ret_list = list;
}

static void facility_gains(void *data, const uint32_t *rows, size_t count, double *ret_gains)
{
    struct facility *f = data;
    const size_t n = f->gradients->n;
    uint32_t computed[BLOCK];
    size_t at[BLOCK], pending = 0;
    for (size_t b = 0; b < count; b++) {
        if (f->matrix) {
            ret_gains[b] = gain_of_row(f->matrix + rows[b] * n, f->best, n);
        } else if (f->lists[rows[b]].entries) {
            ret_gains[b] = gain_of_list(&f->lists[rows[b]], f->best);
            shrink_list(f, &f->lists[rows[b]]);
        } else {
            computed[pending] = rows[b];
            at[pending++] = b;
        }
    }
    if (pending > 0)
        similarities(f, computed, pending, 0, f->rows);
    for (size_t b = 0; b < pending; b++) {
        ret_gains[at[b]] = gain_of_row(f->rows + b * n, f->best, n);
        make_list(f, f->rows + b * n, &f->lists[computed[b]]);
    }
}

/* A walk through memory is done one by one; what must be computed, many at a time. */
static size_t facility_block(void *data, uint32_t row)
{
    const struct facility *f = data;
    return f->matrix || f->lists[row].entries ? 1 : BLOCK;
}

static void improve(struct facility *f, size_t i, float similarity)
{
    if (similarity > f->best[i]) {
        f->best[i] = similarity;
        f->owner[i] = f->picks;
    }
}

static void facility_pick(void *data, uint32_t row)
{
    struct facility *f = data;
    const size_t n = f->gradients->n;
    if (!f->matrix && f->lists[row].entries) {
        struct list *list = &f->lists[row];
        for (size_t e = 0; e < list->count; e++)
            improve(f, list->entries[e].i, list->entries[e].similarity);
        drop_list(f, list);
    } else {
        const float *s = f->rows;
        if (f->matrix)
            s = f->matrix + row * n;
        else
            similarities(f, &row, 1, 0, f->rows);
        for (size_t i = 0; i < n; i++)
            improve(f, i, s[i]);
    }
    f->owner[row] = f->picks++; /* its own, even where an earlier pick is its duplicate */
}

void greedy_facility_location(struct class_gradients *gradients, enum greedy_similarity similarity,
                              size_t bytes, greedy_method *method, size_t keep, uint32_t *ret_picks,
                              double *ret_sizes)
{
    struct facility f = {.gradients = gradients, .similarity = similarity};
    facility_init(&f, bytes);
    const struct greedy_problem problem = {gradients->n, &f, facility_gains, facility_pick,
                                           facility_block};
    method(&problem, keep, ret_picks);
    for (size_t j = 0; ret_sizes && j < keep; j++)
        ret_sizes[j] = 0;
    for (size_t i = 0; ret_sizes && i < gradients->n; i++)
        ret_sizes[f.owner[i]]++;
    facility_release(&f);
}
