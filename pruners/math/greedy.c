#include "pruners/math/greedy.h"

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <string.h>

enum { BLOCK = CLASS_GRADIENTS_BLOCK };

/* ---- A heap of upper bounds ---- */

struct bound {
    double gain;
    uint32_t row;
    uint32_t picks; /* how many there were when it was computed */
};

static bool above(const struct bound *a, const struct bound *b)
{
    return a->gain > b->gain || (a->gain == b->gain && a->row < b->row);
}

/* Lets heap[at] sink among heap[count]. */
static void sink(struct bound *heap, size_t count, size_t at)
{
    const struct bound moved = heap[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && above(&heap[child + 1], &heap[child]))
            child++;
        if (!above(&heap[child], &moved))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

static struct bound pop(struct bound *heap, size_t *count)
{
    const struct bound top = heap[0];
    heap[0] = heap[--*count];
    if (*count > 0)
        sink(heap, *count, 0);
    return top;
}

static void push(struct bound *heap, size_t *count, struct bound added)
{
    size_t at = (*count)++;
    for (; at > 0 && above(&added, &heap[(at - 1) / 2]); at = (at - 1) / 2)
        heap[at] = heap[(at - 1) / 2];
    heap[at] = added;
}

/* ---- The lazy way ---- */

static size_t block_at(size_t first, size_t count)
{
    return count - first < BLOCK ? count - first : BLOCK;
}

static void gains_of_all(const struct greedy_problem *problem, double *ret_gains)
{
    uint32_t rows[BLOCK];
    for (size_t first = 0; first < problem->n; first += BLOCK) {
        const size_t count = block_at(first, problem->n);
        for (size_t b = 0; b < count; b++)
            rows[b] = (uint32_t)(first + b);
        problem->gains(problem->data, rows, count, ret_gains + first);
    }
}

/* Looks again at the top of the heap, which is out of date, and at what is out of date below it. */
static void look_again(const struct greedy_problem *problem, uint32_t picks, struct bound *heap,
                       size_t *count)
{
    const size_t most = problem->block(problem->data, heap[0].row);
    uint32_t rows[BLOCK];
    double gains[BLOCK];
    size_t taken = 0;
    REQUIRE(most >= 1 && most <= BLOCK);
    while (*count > 0 && taken < most && heap[0].picks != picks)
        rows[taken++] = pop(heap, count).row;
    problem->gains(problem->data, rows, taken, gains);
    for (size_t b = 0; b < taken; b++)
        push(heap, count, (struct bound){gains[b], rows[b], picks});
}

void greedy_lazy(const struct greedy_problem *problem, size_t keep, uint32_t *ret_picks)
{
    struct bound *heap;
    double *gains;
    size_t count = problem->n;
    REQUIRE(keep <= problem->n);
    MEM_NEW(heap, count);
    MEM_NEW(gains, count);
    gains_of_all(problem, gains);
    for (size_t i = 0; i < count; i++)
        heap[i] = (struct bound){gains[i], (uint32_t)i, 0};
    for (size_t at = count / 2; at-- > 0;)
        sink(heap, count, at);
    for (uint32_t picks = 0; picks < keep; picks++) {
        while (heap[0].picks != picks)
            look_again(problem, picks, heap, &count);
        ret_picks[picks] = pop(heap, &count).row;
        problem->pick(problem->data, ret_picks[picks]);
    }
    MEM_FREE(heap, gains);
}

/* ---- Graph cut ---- */

struct graph_cut {
    struct class_gradients *gradients; /* of length 1 */
    double *pull;                      /* [classes][width] lambda sum of all - 2 sum of the picks */
    double constant;                   /* the same of the (1 + ..) / 2's ones */
};

/* lambda sum_all s_ij - 2 sum_picks s_ij; what is left of a gain, s_jj, is the same for all. */
static void graph_cut_gains(void *data, const uint32_t *rows, size_t count, double *ret_gains)
{
    const struct graph_cut *cut = data;
    class_gradients_dot(cut->gradients, cut->pull, rows, count, ret_gains);
    for (size_t b = 0; b < count; b++)
        ret_gains[b] = (ret_gains[b] + cut->constant) / 2;
}

static void graph_cut_pick(void *data, uint32_t row)
{
    struct graph_cut *cut = data;
    class_gradients_add(cut->gradients, &row, 1, -2, cut->pull);
    cut->constant -= 2;
}

static size_t graph_cut_block(void *data, uint32_t row)
{
    (void)data;
    (void)row;
    return BLOCK / 2;
}

void greedy_graph_cut(struct class_gradients *gradients, double lambda, greedy_method *method,
                      size_t keep, uint32_t *ret_picks)
{
    struct graph_cut cut = {.gradients = gradients, .constant = lambda * (double)gradients->n};
    MEM_NEW(cut.pull, gradients->classes * gradients->width);
    class_gradients_normalise(gradients);
    class_gradients_add(gradients, NULL, gradients->n, lambda, cut.pull);
    const struct greedy_problem problem = {gradients->n, &cut, graph_cut_gains, graph_cut_pick,
                                           graph_cut_block};
    method(&problem, keep, ret_picks);
    mem_free(cut.pull);
}
