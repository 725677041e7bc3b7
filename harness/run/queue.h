/*
 * queue: the order in which cells start. It knows nothing of processes, clocks or databases: cells
 * go in with what they are, run.c asks for the next one and tells what became of it.
 *
 *     struct queue *queue = queue_new(items, count, may_open, context);
 *     while (queue_next(queue, &i) == QUEUE_CELL)
 *         start cell i ...
 *     queue_scored(queue, i);         what it shares with others can be read now
 *     queue_ended(queue, i);
 *     queue_again(queue, i);          if it is to run once more, after everything else
 *
 * A block is all cells of one dataset, model and seed: what a comparison of pruners is made of. The
 * rule, most valuable first:
 *
 *   1. a block of which some cells are done already: a comparison that others are waiting for;
 *   2. the first seed of each dataset and model before all second seeds, those before all third;
 *   3. the order of the file.
 *
 * A block is started as a whole or not at all: before its first cell, may_open is asked. One that
 * it refuses is set aside, a later one may still be opened, and those set aside are asked for again
 * when nothing else is left and a cell has ended since: more is known then.
 *
 * Within a block the cells of each pruner are spread evenly over it, cell j of a pruner's n at
 * (j + 1/2) / n, so that pruners run beside each other in time and a slow hour hits all of them:
 * no pruner of two or more cells has run all of them before another has started. Pruners that meet
 * at one place take turns in going first, from one place to the next.
 *
 * Cells with the same `shared` text compute the same scores. While one that is in flight has not
 * scored yet, the others wait, and what comes behind them goes first.
 *
 * Somebody else may choose instead of the rule (queue_steer), and find cells not needed any more:
 * these are passed over when their turn comes, and may be needed again later. What is chosen
 * depends on what the blocks before have brought: cells that come again come before the next one.
 *
 * Each answer takes O(log n), for cells that wait amortised; memory is fixed when the queue is
 * made.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Borrowed while the queue is made. */
struct queue_item {
    const char *dataset, *model, *pruner, *options; /* labels, as in struct store_cell */
    int64_t seed;
    const char *shared; /* "" where it shares no scores, or need not wait for them */
    bool wanted;        /* false: it is not to be run, but its block has it */
    bool done;
};

struct queue_block {
    const size_t *cells; /* [count] that are wanted, in the order in which they start */
    size_t count;
    size_t done; /* others that were done before */
};

enum queue_answer {
    QUEUE_CELL,  /* start that one */
    QUEUE_LATER, /* none at present: ask again once a cell has scored or ended */
    QUEUE_EMPTY, /* none, unless a cell in flight comes again */
};

struct queue;

/* may_open: whether the block may be started now; NULL: each may. */
struct queue *queue_new(const struct queue_item *items, size_t count,
                        bool (*may_open)(void *context, size_t block), void *context);
/* At most so many cells start, those that come again not counted. Before the first is asked for. */
void queue_limit(struct queue *queue, size_t most);
/*
 * Who decides what is worth while; before the first is asked for. Borrowed.
 *
 *     choose   the block to begin, of those that are neither open nor refused; SIZE_MAX: none
 *     needs    whether a cell is to start; asked when its turn comes
 */
struct queue_steering {
    size_t (*choose)(void *context);
    bool (*needs)(void *context, size_t cell);
};
void queue_steer(struct queue *queue, const struct queue_steering *steering);
/* Cells that were passed over get another turn: what is needed has changed. */
void queue_reconsider(struct queue *queue);
/* NULL is fine. */
void queue_free(struct queue *queue);

/* Blocks with a cell that is wanted, in the order of the rule. */
size_t queue_block_count(const struct queue *queue);
struct queue_block queue_block(const struct queue *queue, size_t block);
bool queue_is_open(const struct queue *queue, size_t block);
/* Whether may_open has refused it since a cell ended. */
bool queue_is_refused(const struct queue *queue, size_t block);
/* Whether a cell is still to start, for the first time or again. */
bool queue_waits(const struct queue *queue, size_t cell);

/* The cell is in flight then. */
enum queue_answer queue_next(struct queue *queue, size_t *ret_cell);
/* Of a cell in flight. */
void queue_scored(struct queue *queue, size_t cell);
void queue_ended(struct queue *queue, size_t cell);
/* Of a cell that has ended: it comes after all others, and those that came again before it; where
 * somebody steers, after all others of open blocks. */
void queue_again(struct queue *queue, size_t cell);
