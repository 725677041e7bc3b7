/*
 * team: the threads that train one network together. Each runs the whole network on its share of
 * the batch (ceil(batch / size) rows, the last one less), with memory of its own; they meet where a
 * batch norm needs the sums of the whole batch, and where gradients are added up. Sums are taken in
 * the order of ranks, so that results depend on the number of threads alone.
 *
 * Who waits spins for some microseconds only and then sleeps: another program that takes one of the
 * cores costs its share of time, not more.
 *
 * Example: team = nn_team_new(2); nn_team_run(team, forward, net); each of the two calls
 * forward(net, rank), the caller being rank 0; run returns when both are through.
 */
#pragma once

#include <stddef.h>

struct nn_team;

/* size >= 1; the caller is one of them. Denormals count as 0 in the other threads, always. */
struct nn_team *nn_team_new(int size);
void nn_team_free(struct nn_team *team);
int nn_team_size(const struct nn_team *team);

/* Runs work(context, rank) in every thread and waits for all. */
void nn_team_run(struct nn_team *team, void (*work)(void *context, int rank), void *context);

/* Within nn_team_run: waits until all threads are here. */
void nn_team_meet(struct nn_team *team, int rank);
/*
 * Within nn_team_run: values[count] of each thread become the sums over all threads, the same bits
 * in each. All threads call it, with the same count. team may be NULL: one thread, nothing to do.
 */
void nn_team_sum(struct nn_team *team, int rank, double *values, size_t count);
