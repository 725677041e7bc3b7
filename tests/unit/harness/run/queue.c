/* The order in which cells start: over grids of all shapes, as rules that always hold. */
#include "harness/run/queue.h"

#include "base/mem.h"
#include "base/rng.h"

#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

enum { GRIDS = 200, MOST_CELLS = 4 * 3 * 4 * 5 * 4 };

static const char *const datasets[] = {"d0", "d1", "d2", "d3"};
static const char *const models[] = {"m0", "m1", "m2"};
static const char *const pruners[] = {"p0", "p1", "p2", "p3", "p4"};
static const char *const shares[] = {"s0", "s1", "s2", "s3", "s4", "s5", "s6"};

static size_t below(struct rng *rng, size_t n)
{
    return (size_t)(rng_u64(rng) % n);
}

/* A grid as a file would have it, the seed slowest, with some cells done and some not wanted. */
static size_t make_grid(uint64_t seed, struct queue_item *ret_items)
{
    struct rng rng = rng_stream(seed, RNG_PROXY, 0, 0);
    const size_t d = 1 + below(&rng, 4), m = 1 + below(&rng, 3), s = 1 + below(&rng, 4);
    const size_t p = 1 + below(&rng, 5), r = 1 + below(&rng, 4);
    size_t count = 0;
    for (size_t i = 0; i < s * d * m * p * r; i++) {
        const size_t pruner = i / r % p, model = i / r / p % m, set = i / r / p / m % d;
        if (pruner == 0 && i % r > 0)
            continue; /* like full: one cell */
        const bool done = below(&rng, 6) == 0;
        ret_items[count++] = (struct queue_item){
            .dataset = datasets[set],
            .model = models[model],
            .pruner = pruners[pruner],
            .options = "",
            .seed = (int64_t)(i / r / p / m / d),
            .shared = below(&rng, 2) ? shares[below(&rng, 7)] : "",
            .wanted = !done && below(&rng, 8) > 0,
            .done = done,
        };
    }
    return count;
}

static bool same_block(const struct queue_item *a, const struct queue_item *b)
{
    return !strcmp(a->dataset, b->dataset) && !strcmp(a->model, b->model) && a->seed == b->seed;
}

Test(queue, each_cell_once_and_none_beside_one_that_computes_its_scores)
{
    for (uint64_t grid = 0; grid < GRIDS; grid++) {
        struct queue_item items[MOST_CELLS];
        int starts[MOST_CELLS] = {0};
        size_t flight[4], flying = 0, cell;
        const size_t count = make_grid(grid, items);
        struct rng rng = rng_stream(grid, RNG_PROXY, 1, 0);
        struct queue *queue = queue_new(items, count, NULL, NULL);
        for (;;) {
            const enum queue_answer answer = flying < 4 ? queue_next(queue, &cell) : QUEUE_LATER;
            if (answer == QUEUE_EMPTY)
                break;
            if (answer == QUEUE_CELL) {
                starts[cell]++;
                cr_assert(items[cell].wanted, "grid %d: cell %zu", (int)grid, cell);
                for (size_t i = 0; i < flying; i++)
                    cr_assert(!items[cell].shared[0] ||
                                  strcmp(items[cell].shared, items[flight[i]].shared) != 0,
                              "grid %d: %zu beside %zu", (int)grid, cell, flight[i]);
                flight[flying++] = cell;
                continue;
            }
            cr_assert_gt(flying, 0, "grid %d: nobody to wait for", (int)grid);
            const size_t i = below(&rng, flying);
            queue_ended(queue, flight[i]);
            flight[i] = flight[--flying];
        }
        for (size_t i = 0; i < count; i++)
            cr_assert_eq(starts[i], items[i].wanted, "grid %d: cell %zu: %d times", (int)grid, i,
                         starts[i]);
        queue_free(queue);
    }
}

/* One after the other, as with one worker. */
static size_t whole_order(const struct queue_item *items, size_t count, size_t *ret_order)
{
    struct queue *queue = queue_new(items, count, NULL, NULL);
    size_t started = 0, cell;
    while (queue_next(queue, &cell) == QUEUE_CELL) {
        ret_order[started++] = cell;
        queue_ended(queue, cell);
    }
    queue_free(queue);
    return started;
}

Test(queue, blocks_are_whole_and_no_pruner_ends_before_another_starts)
{
    for (uint64_t grid = 0; grid < GRIDS; grid++) {
        struct queue_item items[MOST_CELLS];
        size_t order[MOST_CELLS];
        const size_t count = make_grid(grid, items), started = whole_order(items, count, order);
        for (size_t start = 0, end; start < started; start = end) {
            end = start + 1;
            while (end < started && same_block(&items[order[start]], &items[order[end]]))
                end++;
            for (size_t i = end; i < started; i++)
                cr_assert_not(same_block(&items[order[start]], &items[order[i]]),
                              "grid %d: a block in two pieces", (int)grid);
            size_t first[5], last[5], cells[5] = {0};
            for (size_t i = start; i < end; i++) {
                const size_t p = (size_t)(items[order[i]].pruner[1] - '0');
                first[p] = cells[p] == 0 ? i : first[p];
                last[p] = i;
                cells[p]++;
            }
            for (size_t a = 0; a < 5; a++)
                for (size_t b = 0; b < 5; b++)
                    cr_assert(cells[a] < 2 || cells[b] < 1 || first[b] < last[a],
                              "grid %d: p%zu ends before p%zu starts", (int)grid, a, b);
        }
    }
}

static struct queue_item item(const char *dataset, const char *pruner, int64_t seed, bool done)
{
    return (struct queue_item){.dataset = dataset,
                               .model = "m",
                               .pruner = pruner,
                               .options = "",
                               .seed = seed,
                               .shared = "",
                               .wanted = !done,
                               .done = done};
}

static void expect_order(const struct queue_item *items, size_t count, const char *wanted)
{
    size_t order[32];
    char text[33] = "";
    const size_t started = whole_order(items, count, order);
    for (size_t i = 0; i < started; i++)
        text[i] = (char)('a' + order[i]);
    cr_expect_str_eq(text, wanted, "%s, expected %s", text, wanted);
}

Test(queue, first_seeds_come_before_second_and_what_was_begun_before_all)
{
    const struct queue_item items[] = {
        item("x", "p", 7, false), item("x", "p", 8, false), item("x", "p", 9, false),
        item("y", "p", 7, false), item("y", "p", 8, false),
    };
    expect_order(items, 5, "adbec");
    const struct queue_item begun[] = {
        item("x", "p", 7, false),
        item("x", "p", 8, false),
        item("x", "q", 8, true),
        item("y", "p", 7, false),
    };
    expect_order(begun, 4, "bad");
}

Test(queue, pruners_take_turns_and_a_single_cell_stands_in_the_middle)
{
    const struct queue_item items[] = {
        item("x", "full", 0, false), item("x", "p", 0, false), item("x", "p", 0, false),
        item("x", "p", 0, false),    item("x", "q", 0, false), item("x", "q", 0, false),
        item("x", "q", 0, false),
    };
    expect_order(items, 7, "beacfgd");
}

static bool may_open(void *context, size_t block)
{
    const unsigned *open = context;
    return *open >> block & 1;
}

Test(queue, a_block_that_is_refused_is_asked_for_again_once_a_cell_has_ended)
{
    const struct queue_item items[] = {item("x", "p", 0, false), item("y", "p", 0, false),
                                       item("z", "p", 0, false)};
    unsigned open = 2;
    size_t cell;
    struct queue *queue = queue_new(items, 3, may_open, &open);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 1);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_LATER, "none may be opened");
    open = 4;
    cr_expect_eq(queue_next(queue, &cell), QUEUE_LATER, "nothing has ended");
    queue_ended(queue, 1);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 2);
    queue_ended(queue, 2);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_EMPTY);
    cr_expect_not(queue_is_open(queue, 0));
    cr_expect(queue_waits(queue, 0));
    queue_free(queue);
}

/* The block to open, and a bit for each cell that is needed. */
struct steered {
    size_t block;
    unsigned needed;
};

static size_t choose(void *context)
{
    struct steered *steered = context;
    const size_t block = steered->block;
    steered->block = SIZE_MAX;
    return block;
}

static bool needs(void *context, size_t cell)
{
    const struct steered *steered = context;
    return steered->needed >> cell & 1;
}

Test(queue, who_steers_chooses_blocks_and_passes_over_cells)
{
    static const struct queue_steering steering = {choose, needs};
    const struct queue_item items[] = {item("x", "p", 0, false), item("x", "p", 1, false),
                                       item("x", "q", 1, false), item("x", "p", 2, false)};
    struct steered steered = {1, 2};
    size_t cell;
    struct queue *queue = queue_new(items, 4, NULL, &steered);
    queue_steer(queue, &steering);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 1);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_LATER, "cell 2 is not needed");
    cr_expect_not(queue_waits(queue, 2));
    steered.needed = 4;
    cr_expect_eq(queue_next(queue, &cell), QUEUE_LATER, "nobody has said so");
    queue_reconsider(queue);
    cr_expect(queue_waits(queue, 2));
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 2);
    queue_ended(queue, 1);
    queue_ended(queue, 2);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_EMPTY, "no block is chosen");
    queue_free(queue);
}

/* The next block depends on what the last one brought. */
Test(queue, again_is_before_the_next_block_where_somebody_steers)
{
    static const struct queue_steering steering = {choose, needs};
    const struct queue_item items[] = {item("x", "p", 0, false), item("x", "q", 0, false),
                                       item("x", "p", 1, false)};
    struct steered steered = {0, 7};
    static const size_t wanted[] = {1, 0, 2};
    size_t cell;
    struct queue *queue = queue_new(items, 3, NULL, &steered);
    queue_steer(queue, &steering);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 0);
    queue_ended(queue, cell);
    queue_again(queue, cell);
    steered.block = 1;
    for (size_t i = 0; i < 3; i++) {
        cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
        cr_expect_eq(cell, wanted[i], "%zu is number %zu", cell, i);
        queue_ended(queue, cell);
    }
    cr_expect_eq(queue_next(queue, &cell), QUEUE_EMPTY);
    queue_free(queue);
}

Test(queue, again_is_after_all_others_and_over_a_limit)
{
    const struct queue_item items[] = {item("x", "p", 0, false), item("y", "p", 0, false),
                                       item("z", "p", 0, false)};
    size_t cell;
    struct queue *queue = queue_new(items, 3, NULL, NULL);
    queue_limit(queue, 2);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    queue_ended(queue, cell);
    queue_again(queue, cell);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 1);
    queue_ended(queue, cell);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_CELL);
    cr_expect_eq(cell, 0);
    queue_ended(queue, cell);
    cr_expect_eq(queue_next(queue, &cell), QUEUE_EMPTY);
    queue_free(queue);
}

/* Quadratic, it would take minutes. */
Test(queue, ten_thousands_of_cells_and_of_blocks, .timeout = 30)
{
    enum { CELLS = 100000 };
    struct queue_item *items;
    size_t *order;
    MEM_NEW(items, CELLS);
    MEM_NEW(order, CELLS);
    for (size_t shape = 0; shape < 3; shape++) {
        const size_t seeds = shape == 0 ? CELLS : shape == 1 ? 1 : 100;
        for (size_t i = 0; i < CELLS; i++) {
            items[i] = item("x", pruners[i % 5], (int64_t)(i % seeds), false);
            items[i].shared = shares[i % 7];
        }
        cr_expect_eq(whole_order(items, CELLS, order), CELLS);
    }
    mem_free(items);
    mem_free(order);
}
