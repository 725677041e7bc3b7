/*
 * rs2: repeated sampling of random subsets, without replacement across epochs.
 *
 * Paper: Okanovic et al., "Repeated Random Sampling for Minimizing the Time-to-Accuracy of
 * Learning", ICLR 2024.
 *
 *     pi = a random permutation of the N samples
 *     each epoch trains on the next `keep` samples of pi; when pi is used up, a new one is drawn
 *
 * Every sample is seen once before any is seen twice: after any epoch, the numbers of presentations
 * of two samples differ by at most 1.
 *
 * Where a permutation ends inside an epoch, the epoch takes what is left of it and goes on in the
 * new one (our choice), passing over the samples that it already holds. Those stay in line, before
 * all that the epoch has not reached. So the indices of an epoch are unique and its size is exact.
 *
 *     N = 5, keep = 3, first pi = 2 0 4 1 3, second pi = 3 2 0 1 4
 *     epoch 0: 2 0 4      epoch 1: 1 3, then 2 (3 is passed over)      epoch 2: 3 0 1
 *
 * Needs nothing; costs O(keep) an epoch and O(N) a permutation. There is no period: it is 1 by
 * definition.
 */
#include "pruners/rate_schedule.h"
#include "pruners/select.h"

#include <string.h>

struct rs2_options {
    double anneal;
    int rate_schedule; /* enum rate_schedule */
    double swing;
};

static const struct option table[] = {
    SELECT_ANNEAL(struct rs2_options),
    RATE_SCHEDULE(struct rs2_options),
    OPTION_END,
};

struct rs2_state {
    size_t left;      /* of the permutation, at its end; 0: used up, as at the start */
    uint32_t order[]; /* [n] */
};

/* Draws a permutation and takes what the epoch still wants, passing over what it holds. */
static void walk_on(struct rs2_state *state, const struct pruner_task *task, struct rng *rng,
                    struct pruner_selection *ret_selection)
{
    uint8_t *held;
    MEM_NEW(held, task->n);
    for (size_t j = 0; j < ret_selection->count; j++)
        held[ret_selection->index[j]] = 1;

    uint32_t *permutation;
    MEM_NEW(permutation, task->n);
    for (size_t i = 0; i < task->n; i++)
        permutation[i] = (uint32_t)i;
    rng_shuffle(rng, permutation, task->n);

    const size_t wanted = task->keep - ret_selection->count;
    size_t waiting = wanted; /* where the line of those not taken ends */
    for (size_t j = 0; j < task->n; j++) {
        const uint32_t i = permutation[j];
        if (ret_selection->count < task->keep && !held[i])
            ret_selection->index[ret_selection->count++] = i;
        else
            state->order[waiting++] = i;
    }
    state->left = task->n - wanted;
    MEM_FREE(held, permutation);
}

static void choose(struct pruner_run *run, struct rng *rng, struct pruner_selection *ret_selection)
{
    struct rs2_state *state = run->state;
    const struct pruner_task *task = &run->task;
    const size_t count = state->left < task->keep ? state->left : task->keep;
    memcpy(ret_selection->index, state->order + (task->n - state->left),
           count * sizeof *state->order);
    state->left -= count;
    ret_selection->count = count;
    if (count < task->keep)
        walk_on(state, task, rng, ret_selection);
}

const struct pruner rs2_pruner = {
    .name = "rs2",
    .help = "walks through random permutations, taking the next keep samples each epoch",
    .cite = "Okanovic et al. 2024, ICLR",
    .cost = "nothing",
    .kind = PRUNER_DYNAMIC,
    KIND_OPTIONS(struct rs2_options, table),
    .shared_state = sizeof(struct rs2_state),
    .sample_state = sizeof(uint32_t),
    .choose = choose,
};
