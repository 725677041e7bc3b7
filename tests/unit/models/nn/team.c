/*
 * The threads that train one network together: work reaches all of them, sums are the same bits in
 * each, and waiting threads leave the cores to others.
 */
#include "models/nn/team.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdatomic.h>
#include <string.h>
#include <time.h>

enum { SIZE = 3, ROUNDS = 200, VALUES = 5000 };

static void count_calls(void *context, int rank)
{
    atomic_int *calls = context; /* [SIZE] */
    atomic_fetch_add(&calls[rank], 1);
}

Test(team, work_reaches_every_thread)
{
    struct nn_team *team = nn_team_new(SIZE);
    cr_assert(nn_team_size(team) == SIZE, "%d threads", nn_team_size(team));
    atomic_int calls[SIZE] = {0};
    for (int i = 0; i < ROUNDS; i++)
        nn_team_run(team, count_calls, calls);
    for (int rank = 0; rank < SIZE; rank++)
        cr_assert(calls[rank] == ROUNDS, "thread %d ran %d times, not %d", rank, calls[rank],
                  ROUNDS);
    nn_team_free(team);
}

/* Each thread adds its rank to a place of its own, then reads what its neighbour has left there. */
struct ring {
    struct nn_team *team;
    int place[SIZE], wrong[SIZE];
};

static void pass_on(void *context, int rank)
{
    struct ring *ring = context;
    for (int i = 0; i < ROUNDS; i++) {
        ring->place[rank] = i;
        nn_team_meet(ring->team, rank);
        ring->wrong[rank] += ring->place[(rank + 1) % SIZE] != i;
        nn_team_meet(ring->team, rank);
    }
}

Test(team, who_meets_sees_what_the_others_wrote)
{
    struct ring ring = {.team = nn_team_new(SIZE)};
    nn_team_run(ring.team, pass_on, &ring);
    for (int rank = 0; rank < SIZE; rank++)
        cr_assert(ring.wrong[rank] == 0, "thread %d read %d old values", rank, ring.wrong[rank]);
    nn_team_free(ring.team);
}

/* Values that a sum in another order rounds differently. */
static double part(int rank, size_t i)
{
    return pow(10, 6 * rank) / (double)(i + 3);
}

struct sums {
    struct nn_team *team;
    double *values[SIZE]; /* [VALUES] */
};

static void sum_twice(void *context, int rank)
{
    struct sums *sums = context;
    for (int time = 0; time < 2; time++) { /* the second must not disturb the first */
        for (size_t i = 0; i < VALUES; i++)
            sums->values[rank][i] = part(rank, i);
        nn_team_sum(sums->team, rank, sums->values[rank], VALUES);
    }
}

Test(team, sums_go_in_the_order_of_ranks)
{
    struct sums sums = {.team = nn_team_new(SIZE)};
    for (int rank = 0; rank < SIZE; rank++)
        MEM_NEW(sums.values[rank], VALUES);
    for (int i = 0; i < ROUNDS / 10; i++)
        nn_team_run(sums.team, sum_twice, &sums);
    for (size_t i = 0; i < VALUES; i++)
        for (int rank = 0; rank < SIZE; rank++)
            cr_assert(sums.values[rank][i] == (part(0, i) + part(1, i)) + part(2, i),
                      "thread %d, value %zu: %.17g", rank, i, sums.values[rank][i]);
    for (int rank = 0; rank < SIZE; rank++)
        mem_free(sums.values[rank]);
    nn_team_free(sums.team);
}

Test(team, one_thread_has_its_own_sum)
{
    double value = 3;
    nn_team_sum(NULL, 0, &value, 1);
    struct nn_team *team = nn_team_new(1);
    nn_team_sum(team, 0, &value, 1);
    cr_assert(value == 3, "%g", value);
    nn_team_free(team);
}

static double cpu_seconds(void)
{
    struct timespec used;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (double)used.tv_sec + 1e-9 * (double)used.tv_nsec;
}

static void only_one_works(void *context, int rank)
{
    (void)context;
    const struct timespec pause = {.tv_nsec = 200 * 1000 * 1000};
    if (rank == 0)
        nanosleep(&pause, NULL);
}

/* 0.2 s of waiting; a spinning thread would use all of it, every time. A machine that does other
 * things, or counts a core's time in ticks, may charge much of it once. */
Test(team, who_waits_sleeps)
{
    enum { ATTEMPTS = 20 };
    struct nn_team *team = nn_team_new(2);
    double least = INFINITY;
    for (int i = 0; i < ATTEMPTS && least >= 0.1; i++) {
        const double before = cpu_seconds();
        nn_team_run(team, only_one_works, NULL);
        least = fmin(least, cpu_seconds() - before);
    }
    cr_assert(least < 0.1, "waiting for 0.2 s took %.3f s of a core, at least", least);
    nn_team_free(team);
}
