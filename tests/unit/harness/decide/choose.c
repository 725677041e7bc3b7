/* Which block is begun next, by numbers that can be worked out by hand. */
#include "harness/decide/choose.h"

#include <criterion/criterion.h>
#include <math.h>

/* Two places, two seeds each, in the order of a queue; the second place promises three times as
 * much a block, which takes twice as long. */
static const struct choose_block two_places[] = {
    {.place = 0, .seed = 3, .cells = 2, .seconds = 10, .decides = 0.1},
    {.place = 1, .seed = 3, .cells = 2, .seconds = 20, .decides = 0.3},
    {.place = 0, .seed = 4, .cells = 2, .seconds = 10, .decides = 0.1},
    {.place = 1, .seed = 4, .cells = 2, .seconds = 20, .decides = 0.3},
};
enum { COUNT = sizeof two_places / sizeof *two_places };

static struct choose_block *copy(void)
{
    static struct choose_block blocks[COUNT];
    for (size_t i = 0; i < COUNT; i++)
        blocks[i] = two_places[i];
    return blocks;
}

Test(choose, what_promises_most_per_second)
{
    struct choose_block *blocks = copy();
    cr_expect_eq(choose_block(blocks, COUNT), 1);
    blocks[1].seconds = 40; /* 0.0075 a second, and the other 0.01 */
    cr_expect_eq(choose_block(blocks, COUNT), 0);
}

Test(choose, seeds_of_a_place_come_in_their_order)
{
    struct choose_block *blocks = copy();
    blocks[3].decides = 100;
    cr_expect_eq(choose_block(blocks, COUNT), 1, "seed 4 has to wait for seed 3");
    blocks[1].refused = true;
    cr_expect_eq(choose_block(blocks, COUNT), 0, "and where that is refused, too");
    blocks[1].cells = 0; /* it has nothing to run any more */
    cr_expect_eq(choose_block(blocks, COUNT), 3);
}

Test(choose, a_block_under_way_may_decide_without_the_next)
{
    struct choose_block *blocks = copy();
    blocks[1].begun = blocks[1].busy = true;
    cr_expect_eq(choose_block(blocks, COUNT), 0, "0.3 / 20 / 2 is less than 0.1 / 10");
    blocks[1].busy = false;
    cr_expect_eq(choose_block(blocks, COUNT), 3);
}

Test(choose, first_seeds_before_all_in_the_order_of_the_queue)
{
    struct choose_block *blocks = copy();
    blocks[2].first = blocks[3].first = true;
    blocks[2].decides = 0;
    cr_expect_eq(choose_block(blocks, COUNT), 2);
    blocks[2].begun = true;
    cr_expect_eq(choose_block(blocks, COUNT), 3);
}

Test(choose, none_where_nothing_is_left)
{
    struct choose_block *blocks = copy();
    for (size_t i = 0; i < COUNT; i++)
        blocks[i].begun = true;
    cr_expect_eq(choose_block(blocks, COUNT), COUNT);
    cr_expect_eq(choose_block(blocks, 0), 0);
}

Test(choose, a_question_counts_by_its_chance_and_the_seeds_it_takes)
{
    cr_expect_eq(choose_decides(0.5, 4, 10), 0.125);
    cr_expect_eq(choose_decides(0.5, 0.25, 10), 0.5, "one seed at least");
    cr_expect_eq(choose_decides((double)NAN, (double)NAN, 8), 0.125, "nothing is known");
    cr_expect_eq(choose_decides(0.5, 4, 0), 0, "no seed is left");
}
