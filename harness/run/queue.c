#include "harness/run/queue.h"

#include "base/err.h"
#include "base/mem.h"
#include "base/num.h"

#include <stdlib.h>
#include <string.h>

enum cell_at { AT_REST, WAITING, IN_FLIGHT, PASSED_OVER };

struct block {
    size_t first, count; /* of order[] */
    size_t done;
    size_t turn;  /* of its dataset and model: 0 for the first seed */
    size_t place; /* in the file, of its first cell */
    bool open, refused;
};

static const size_t NONE = SIZE_MAX;

/* Cells that compute the same scores. */
struct group {
    bool busy; /* one of them is at it: */
    size_t cell;
    size_t parked; /* those that wait for it, a list through next_parked that NONE ends */
};

struct queue {
    size_t count;
    struct block *blocks; /* [block_count] in the order of the rule */
    size_t block_count, next_block;
    size_t *order;    /* [count] wanted cells, block by block */
    size_t *block_of; /* [count] */
    size_t *group_of; /* [count]; NONE: it shares nothing */
    struct group *groups;
    size_t *next_parked; /* [count] */
    size_t *rank_of;     /* [count] the smallest starts first */
    size_t first_again;  /* ranks from here on came again */
    size_t last_rank;
    unsigned char *at; /* [count] enum cell_at */
    size_t *heap;      /* [heap_count] cells of open blocks that could start */
    size_t heap_count, in_flight;
    size_t *aside; /* [aside_count] blocks that were refused */
    size_t aside_count;
    size_t fresh; /* cells that may still start for the first time */
    bool news;    /* a cell has ended since those were asked for */
    bool (*may_open)(void *context, size_t block);
    void *context;
    const struct queue_steering *steering; /* NULL: the rule alone */
};

/* ---- Making: blocks, and the order within ----------------------------------------------------*/

/* What is sorted: a cell beside what decides where it goes. */
struct place {
    const struct queue_item *item;
    size_t cell;
    size_t block;  /* first cell of its block in the file */
    size_t pruner; /* likewise of its pruner in the block; then which of the block's it is */
    size_t j, n;   /* the j-th of n wanted cells of its pruner in the block */
    size_t turn;   /* among those that meet at one place */
};

static int compare_pairs(const struct queue_item *a, const struct queue_item *b)
{
    const int dataset = strcmp(a->dataset, b->dataset);
    return dataset ? dataset : strcmp(a->model, b->model);
}

static int compare_blocks(const struct queue_item *a, const struct queue_item *b)
{
    const int pair = compare_pairs(a, b);
    return pair ? pair : NUM_COMPARE(a->seed, b->seed);
}

static int compare_pruners(const struct queue_item *a, const struct queue_item *b)
{
    const int block = compare_blocks(a, b);
    const int pruner = block ? block : strcmp(a->pruner, b->pruner);
    return pruner ? pruner : strcmp(a->options, b->options);
}

static int by_content(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    const int order = compare_pruners(a->item, b->item);
    return order ? order : NUM_COMPARE(a->cell, b->cell);
}

static int by_shared(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    return strcmp(a->item->shared, b->item->shared);
}

static int by_pruner(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    const int block = NUM_COMPARE(a->block, b->block);
    const int pruner = block ? block : NUM_COMPARE(a->pruner, b->pruner);
    return pruner ? pruner : NUM_COMPARE(a->cell, b->cell);
}

static int by_spread(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    const int block = NUM_COMPARE(a->block, b->block);
    /* (j + 1/2) / n, in whole numbers */
    const size_t ours = (2 * a->j + 1) * b->n, theirs = (2 * b->j + 1) * a->n;
    const int spread = block ? block : NUM_COMPARE(ours, theirs);
    const int turn = spread ? spread : NUM_COMPARE(a->turn, b->turn);
    return turn ? turn : NUM_COMPARE(a->cell, b->cell);
}

static int by_pair(const void *left, const void *right)
{
    const struct place *a = left, *b = right;
    const int pair = compare_pairs(a->item, b->item);
    return pair ? pair : NUM_COMPARE(a->cell, b->cell);
}

static int by_rule(const void *left, const void *right)
{
    const struct block *a = left, *b = right;
    if ((a->done > 0) != (b->done > 0))
        return a->done > 0 ? -1 : 1;
    const int turn = NUM_COMPARE(a->turn, b->turn);
    return turn ? turn : NUM_COMPARE(a->place, b->place);
}

/* Where the places end that are like places[start]. */
static size_t run_end(const struct place *places, size_t count, size_t start,
                      int (*compare)(const struct queue_item *a, const struct queue_item *b))
{
    size_t end = start + 1;
    while (end < count && compare(places[start].item, places[end].item) == 0)
        end++;
    return end;
}

/* Of places sorted by content: pruner, j and n. */
static void mark_pruners(struct place *places, size_t count)
{
    for (size_t start = 0, end; start < count; start = end) {
        size_t n = 0;
        end = run_end(places, count, start, compare_pruners);
        for (size_t i = start; i < end; i++) {
            places[i].pruner = places[start].cell;
            places[i].j = n;
            n += places[i].item->wanted;
        }
        for (size_t i = start; i < end; i++)
            places[i].n = n ? n : 1;
    }
}

/* Of places sorted by content: block. */
static void mark_blocks(struct place *places, size_t count)
{
    for (size_t start = 0, end; start < count; start = end) {
        size_t first = places[start].cell;
        end = run_end(places, count, start, compare_blocks);
        for (size_t i = start; i < end; i++)
            first = places[i].cell < first ? places[i].cell : first;
        for (size_t i = start; i < end; i++)
            places[i].block = first;
    }
}

/* Of places sorted by pruner: pruners are counted from 0 in each block, and take turns. */
static void mark_turns(struct place *places, size_t count)
{
    for (size_t start = 0, end; start < count; start = end) {
        size_t pruners = 0, last = places[start].pruner;
        end = run_end(places, count, start, compare_blocks);
        for (size_t i = start; i < end; i++) {
            pruners += places[i].pruner != last;
            last = places[i].pruner;
            places[i].pruner = pruners;
        }
        pruners++;
        for (size_t i = start; i < end; i++)
            places[i].turn = (places[i].pruner + pruners - places[i].j % pruners) % pruners;
    }
}

/* Which seed of its dataset and model a block is, into turns[its first cell]. */
static void count_seeds(struct place *places, size_t count, size_t *ret_turns)
{
    qsort(places, count, sizeof *places, by_pair);
    for (size_t start = 0, end; start < count; start = end) {
        size_t turn = 0;
        end = run_end(places, count, start, compare_pairs);
        for (size_t i = start; i < end; i++)
            if (places[i].block == places[i].cell)
                ret_turns[places[i].block] = turn++;
    }
}

/* Of places sorted by spread: the blocks with something to do, in the order of the rule, and
 * order[]. */
static void make_blocks(struct queue *queue, const struct place *places, const size_t *turns)
{
    size_t used = 0;
    for (size_t start = 0, end; start < queue->count; start = end) {
        struct block block = {.first = used, .turn = turns[places[start].block]};
        block.place = places[start].block;
        end = run_end(places, queue->count, start, compare_blocks);
        for (size_t i = start; i < end; i++) {
            block.done += places[i].item->done && !places[i].item->wanted;
            if (places[i].item->wanted)
                queue->order[used++] = places[i].cell;
        }
        block.count = used - block.first;
        if (block.count > 0)
            queue->blocks[queue->block_count++] = block;
    }
    qsort(queue->blocks, queue->block_count, sizeof *queue->blocks, by_rule);
    for (size_t b = 0; b < queue->block_count; b++) {
        const struct block *block = &queue->blocks[b];
        for (size_t i = 0; i < block->count; i++) {
            queue->block_of[queue->order[block->first + i]] = b;
            queue->rank_of[queue->order[block->first + i]] = queue->last_rank++;
        }
    }
}

static void make_groups(struct queue *queue, struct place *places)
{
    size_t groups = 0;
    qsort(places, queue->count, sizeof *places, by_shared);
    for (size_t i = 0; i < queue->count; i++) {
        const bool shares = places[i].item->shared[0] != '\0';
        groups += shares && (i == 0 || by_shared(&places[i - 1], &places[i]) != 0);
        queue->group_of[places[i].cell] = shares ? groups - 1 : NONE;
    }
    MEM_NEW(queue->groups, groups);
    for (size_t g = 0; g < groups; g++)
        queue->groups[g].parked = NONE;
}

struct queue *queue_new(const struct queue_item *items, size_t count,
                        bool (*may_open)(void *context, size_t block), void *context)
{
    struct queue *queue;
    struct place *places;
    size_t *turns;
    MEM_NEW(queue, 1);
    *queue =
        (struct queue){.count = count, .fresh = count, .may_open = may_open, .context = context};
    MEM_NEW(queue->blocks, count);
    MEM_NEW(queue->order, count);
    MEM_NEW(queue->block_of, count);
    MEM_NEW(queue->group_of, count);
    MEM_NEW(queue->next_parked, count);
    MEM_NEW(queue->rank_of, count);
    MEM_NEW(queue->at, count);
    MEM_NEW(queue->heap, count);
    MEM_NEW(queue->aside, count);
    MEM_NEW(places, count);
    MEM_NEW(turns, count);
    for (size_t i = 0; i < count; i++) {
        places[i] = (struct place){.item = &items[i], .cell = i};
        queue->at[i] = items[i].wanted ? WAITING : AT_REST;
    }
    qsort(places, count, sizeof *places, by_content);
    mark_pruners(places, count);
    mark_blocks(places, count);
    qsort(places, count, sizeof *places, by_pruner);
    mark_turns(places, count);
    count_seeds(places, count, turns);
    qsort(places, count, sizeof *places, by_spread);
    make_blocks(queue, places, turns);
    queue->first_again = queue->last_rank;
    make_groups(queue, places);
    MEM_FREE(places, turns);
    return queue;
}

void queue_limit(struct queue *queue, size_t most)
{
    queue->fresh = most;
}

void queue_steer(struct queue *queue, const struct queue_steering *steering)
{
    queue->steering = steering;
}

void queue_free(struct queue *queue)
{
    if (!queue)
        return;
    MEM_FREE(queue->blocks, queue->order, queue->block_of, queue->group_of, queue->groups,
             queue->next_parked, queue->rank_of, queue->at, queue->heap, queue->aside, queue);
}

/* ---- What is there ----------------------------------------------------------------------------*/

size_t queue_block_count(const struct queue *queue)
{
    return queue->block_count;
}

struct queue_block queue_block(const struct queue *queue, size_t block)
{
    const struct block *b = &queue->blocks[block];
    return (struct queue_block){queue->order + b->first, b->count, b->done};
}

bool queue_is_open(const struct queue *queue, size_t block)
{
    return queue->blocks[block].open;
}

bool queue_is_refused(const struct queue *queue, size_t block)
{
    return queue->blocks[block].refused;
}

bool queue_waits(const struct queue *queue, size_t cell)
{
    return queue->at[cell] == WAITING;
}

/* ---- The heap: the smallest rank first --------------------------------------------------------*/

static bool before(const struct queue *queue, size_t a, size_t b)
{
    return queue->rank_of[queue->heap[a]] < queue->rank_of[queue->heap[b]];
}

static void swap(struct queue *queue, size_t a, size_t b)
{
    const size_t cell = queue->heap[a];
    queue->heap[a] = queue->heap[b];
    queue->heap[b] = cell;
}

static void push(struct queue *queue, size_t cell)
{
    size_t i = queue->heap_count++;
    queue->heap[i] = cell;
    for (; i > 0 && before(queue, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(queue, i, (i - 1) / 2);
}

static size_t pop(struct queue *queue)
{
    const size_t first = queue->heap[0];
    queue->heap[0] = queue->heap[--queue->heap_count];
    for (size_t i = 0;;) {
        size_t least = i;
        for (size_t child = 2 * i + 1; child <= 2 * i + 2; child++)
            if (child < queue->heap_count && before(queue, child, least))
                least = child;
        if (least == i)
            return first;
        swap(queue, i, least);
        i = least;
    }
}

/* ---- Asking -----------------------------------------------------------------------------------*/

static bool open_block(struct queue *queue, size_t b)
{
    struct block *block = &queue->blocks[b];
    block->refused = queue->may_open && !queue->may_open(queue->context, b);
    if (block->refused)
        return false;
    block->open = true;
    for (size_t i = 0; i < block->count; i++)
        push(queue, queue->order[block->first + i]);
    return true;
}

/* Opens the next block that may be; false where there is none. */
static bool open_next(struct queue *queue)
{
    while (queue->fresh > 0 && queue->next_block < queue->block_count) {
        const size_t b = queue->next_block++;
        if (open_block(queue, b))
            return true;
        queue->aside[queue->aside_count++] = b;
    }
    return false;
}

/* The same of those that were set aside. */
static bool open_aside(struct queue *queue)
{
    size_t kept = 0;
    bool opened = false;
    for (size_t i = 0; i < queue->aside_count; i++) {
        opened = opened || queue->fresh == 0 || open_block(queue, queue->aside[i]);
        if (!queue->blocks[queue->aside[i]].open)
            queue->aside[kept++] = queue->aside[i];
    }
    queue->aside_count = kept;
    queue->news = opened; /* the rest may be asked for at once */
    return opened;
}

/* Opens the chosen one of those that may be; false where there is none. */
static bool open_chosen(struct queue *queue)
{
    for (size_t b = 0; queue->news && b < queue->block_count; b++)
        queue->blocks[b].refused = false;
    queue->news = false;
    for (size_t b; queue->fresh > 0 && (b = queue->steering->choose(queue->context)) != NONE;)
        if (open_block(queue, b))
            return true;
    return false;
}

/* Puts the cell aside until its group's scores are there. */
static bool park(struct queue *queue, size_t cell)
{
    const size_t g = queue->group_of[cell];
    if (g == NONE || !queue->groups[g].busy)
        return false;
    queue->next_parked[cell] = queue->groups[g].parked;
    queue->groups[g].parked = cell;
    return true;
}

/* The first of the heap that need not wait; of those that came again only where `again`. */
static bool take(struct queue *queue, bool again, size_t *ret_cell)
{
    while (queue->heap_count > 0) {
        if (!again && queue->rank_of[queue->heap[0]] >= queue->first_again)
            return false;
        const size_t cell = pop(queue), g = queue->group_of[cell];
        const bool fresh = queue->rank_of[cell] < queue->first_again;
        if (fresh && queue->fresh == 0) { /* over the limit */
            queue->at[cell] = AT_REST;
            continue;
        }
        if (queue->steering && !queue->steering->needs(queue->context, cell)) {
            queue->at[cell] = PASSED_OVER;
            continue;
        }
        if (park(queue, cell))
            continue;
        queue->fresh -= fresh;
        queue->at[cell] = IN_FLIGHT;
        queue->in_flight++;
        if (g != NONE) {
            queue->groups[g].busy = true;
            queue->groups[g].cell = cell;
        }
        *ret_cell = cell;
        return true;
    }
    return false;
}

enum queue_answer queue_next(struct queue *queue, size_t *ret_cell)
{
    do {
        if (take(queue, false, ret_cell) || (queue->steering && take(queue, true, ret_cell)))
            return QUEUE_CELL;
    } while (queue->steering ? open_chosen(queue)
                             : open_next(queue) || (queue->news && open_aside(queue)));
    if (take(queue, true, ret_cell))
        return QUEUE_CELL;
    return queue->in_flight > 0 ? QUEUE_LATER : QUEUE_EMPTY;
}

void queue_reconsider(struct queue *queue)
{
    for (size_t cell = 0; cell < queue->count; cell++)
        if (queue->at[cell] == PASSED_OVER) {
            queue->at[cell] = WAITING;
            push(queue, cell);
        }
}

void queue_scored(struct queue *queue, size_t cell)
{
    const size_t g = queue->group_of[cell];
    if (g == NONE || !queue->groups[g].busy || queue->groups[g].cell != cell)
        return;
    struct group *group = &queue->groups[g];
    group->busy = false;
    while (group->parked != NONE) {
        const size_t next = group->parked;
        group->parked = queue->next_parked[next];
        push(queue, next);
    }
}

void queue_ended(struct queue *queue, size_t cell)
{
    REQUIRE(queue->at[cell] == IN_FLIGHT);
    queue_scored(queue, cell);
    queue->at[cell] = AT_REST;
    queue->in_flight--;
    queue->news = true;
}

void queue_again(struct queue *queue, size_t cell)
{
    REQUIRE(queue->at[cell] == AT_REST);
    queue->at[cell] = WAITING;
    queue->rank_of[cell] = queue->last_rank++;
    push(queue, cell);
}
