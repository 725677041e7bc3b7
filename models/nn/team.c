/*
 * team: see team.h. A barrier counts arrivals; the last one to arrive starts the next generation.
 * Waiting is a short spin on the generation, then a condition variable, so that a core that has
 * nothing to do is free for whoever has.
 */
#include "models/nn/team.h"

#include "base/err.h"
#include "base/mem.h"
#include "models/nn/num/kernel.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

enum {
    SPINS = 4000,      /* some 50 us; a thread switch costs about as much */
    SUM_VALUES = 2048, /* that are summed between two meetings */
    CACHE_LINE = 64,
};

struct member {
    struct nn_team *team;
    int rank;
    pthread_t thread;
};

struct nn_team {
    int size;
    struct member *members; /* [size]; [0] is the caller's */
    void (*work)(void *context, int rank);
    void *context;
    bool over;

    pthread_mutex_t mutex;
    pthread_cond_t next_generation;
    _Alignas(CACHE_LINE) atomic_int arrived;
    _Alignas(CACHE_LINE) atomic_uint generation;

    /* Two of them in turn: while the last sum is still being read, the next may be written. */
    double *values[2]; /* [size][SUM_VALUES] */
    int *turn;         /* [size] which of them is each thread's next */
};

static void pause_briefly(void)
{
#ifdef __x86_64__
    _mm_pause();
#endif
}

void nn_team_meet(struct nn_team *team, int rank)
{
    (void)rank;
    if (!team || team->size == 1)
        return;
    const unsigned generation = atomic_load(&team->generation);
    if (atomic_fetch_add(&team->arrived, 1) + 1 == team->size) {
        atomic_store(&team->arrived, 0);
        pthread_mutex_lock(&team->mutex);
        atomic_store(&team->generation, generation + 1);
        pthread_cond_broadcast(&team->next_generation);
        pthread_mutex_unlock(&team->mutex);
        return;
    }
    for (int i = 0; i < SPINS; i++) {
        if (atomic_load_explicit(&team->generation, memory_order_acquire) != generation)
            return;
        pause_briefly();
    }
    pthread_mutex_lock(&team->mutex);
    while (atomic_load(&team->generation) == generation)
        pthread_cond_wait(&team->next_generation, &team->mutex);
    pthread_mutex_unlock(&team->mutex);
}

static void *member_main(void *argument)
{
    const struct member *member = argument;
    struct nn_team *team = member->team;
    nn_denormals_off();
    for (;;) {
        nn_team_meet(team, member->rank);
        if (team->over)
            return NULL;
        team->work(team->context, member->rank);
        nn_team_meet(team, member->rank);
    }
}

/* Signals are the main thread's. */
static void start(struct member *member)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    if (pthread_create(&member->thread, NULL, member_main, member))
        DIE("cannot start thread %d of %d", member->rank + 1, member->team->size);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

struct nn_team *nn_team_new(int size)
{
    REQUIRE(size >= 1);
    struct nn_team *team;
    MEM_NEW(team, 1);
    team->size = size;
    MEM_NEW(team->members, (size_t)size);
    MEM_NEW(team->turn, (size_t)size);
    for (int i = 0; i < 2; i++)
        MEM_NEW(team->values[i], mem_size((size_t)size, SUM_VALUES));
    pthread_mutex_init(&team->mutex, NULL);
    pthread_cond_init(&team->next_generation, NULL);
    for (int rank = 0; rank < size; rank++) {
        team->members[rank] = (struct member){.team = team, .rank = rank};
        if (rank > 0)
            start(&team->members[rank]);
    }
    return team;
}

void nn_team_free(struct nn_team *team)
{
    if (!team)
        return;
    team->over = true;
    nn_team_meet(team, 0);
    for (int rank = 1; rank < team->size; rank++)
        pthread_join(team->members[rank].thread, NULL);
    pthread_cond_destroy(&team->next_generation);
    pthread_mutex_destroy(&team->mutex);
    for (int i = 0; i < 2; i++)
        mem_free(team->values[i]);
    MEM_FREE(team->turn, team->members, team);
}

int nn_team_size(const struct nn_team *team)
{
    return team ? team->size : 1;
}

void nn_team_run(struct nn_team *team, void (*work)(void *context, int rank), void *context)
{
    team->work = work;
    team->context = context;
    nn_team_meet(team, 0);
    const unsigned long denormals = nn_denormals_off();
    work(context, 0);
    nn_denormals_restore(denormals);
    nn_team_meet(team, 0);
}

/* values[count] = the sums over all ranks; count <= SUM_VALUES */
static void sum_some(struct nn_team *team, int rank, double *values, size_t count)
{
    const int turn = team->turn[rank];
    team->turn[rank] = 1 - turn;
    double *all = team->values[turn]; /* [size][SUM_VALUES] */
    memcpy(all + (size_t)rank * SUM_VALUES, values, count * sizeof *values);
    nn_team_meet(team, rank);
    for (size_t i = 0; i < count; i++) {
        double sum = 0;
        for (int r = 0; r < team->size; r++)
            sum += all[(size_t)r * SUM_VALUES + i];
        values[i] = sum;
    }
}

void nn_team_sum(struct nn_team *team, int rank, double *values, size_t count)
{
    if (!team || team->size == 1)
        return;
    for (size_t from = 0; from < count; from += SUM_VALUES)
        sum_some(team, rank, values + from, count - from < SUM_VALUES ? count - from : SUM_VALUES);
}
