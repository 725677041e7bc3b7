/* What becomes of cells: which come again, and how they count in the end. */
#include "harness/run/tally.h"

#include <criterion/criterion.h>

static void expect_counts(const struct tally *tally, size_t done, size_t failed, size_t doubtful)
{
    const struct tally_counts counts = tally_count(tally);
    cr_expect_eq(counts.done, done, "%zu done, expected %zu", counts.done, done);
    cr_expect_eq(counts.failed, failed, "%zu failed, expected %zu", counts.failed, failed);
    cr_expect_eq(counts.doubtful, doubtful, "%zu doubtful, expected %zu", counts.doubtful,
                 doubtful);
}

Test(tally, a_crash_comes_again_as_often_as_its_limits_allow)
{
    const struct tally_attempt crash = {
        .state = ATTEMPT_FAILED, .cause = CAUSE_CRASH, .retries = 2};
    struct tally *tally = tally_new(2);
    cr_expect(tally_end(tally, 0, &crash));
    cr_expect(tally_end(tally, 0, &crash));
    cr_expect_eq(tally_failures(tally), 0);
    cr_expect_not(tally_end(tally, 0, &crash));
    cr_expect_eq(tally_failures(tally), 1);
    cr_expect(tally_end(tally, 1, &crash));
    cr_expect_not(
        tally_end(tally, 1, &(struct tally_attempt){.state = ATTEMPT_DONE, .retries = 2}));
    expect_counts(tally, 1, 1, 0);
    tally_free(tally);
}

Test(tally, who_says_why_and_who_diverges_or_is_lost_does_not)
{
    struct tally *tally = tally_new(4);
    cr_expect_not(tally_end(
        tally, 0,
        &(struct tally_attempt){.state = ATTEMPT_FAILED, .cause = CAUSE_REFUSED, .retries = 2}));
    cr_expect_not(
        tally_end(tally, 1, &(struct tally_attempt){.state = ATTEMPT_DIVERGED, .retries = 2}));
    cr_expect_not(
        tally_end(tally, 2, &(struct tally_attempt){.state = ATTEMPT_LOST, .retries = 2}));
    expect_counts(tally, 0, 2, 0);
    cr_expect(tally_knows(tally, 1));
    cr_expect_not(tally_knows(tally, 2));
    tally_free(tally);
}

Test(tally, doubtful_seconds_come_again_twice_where_they_matter)
{
    const struct tally_attempt doubtful = {.state = ATTEMPT_DONE, .doubtful = true, .strict = true};
    struct tally *tally = tally_new(3);
    cr_expect(tally_end(tally, 0, &doubtful));
    cr_expect(tally_end(tally, 0, &doubtful));
    cr_expect_not(tally_end(tally, 0, &doubtful));
    cr_expect(tally_end(tally, 1, &doubtful));
    cr_expect_not(
        tally_end(tally, 1, &(struct tally_attempt){.state = ATTEMPT_DONE, .strict = true}));
    cr_expect_not(
        tally_end(tally, 2, &(struct tally_attempt){.state = ATTEMPT_DONE, .doubtful = true}));
    expect_counts(tally, 3, 0, 2);
    /* What is done stays so. */
    cr_expect_not(tally_end(tally, 0, &(struct tally_attempt){.state = ATTEMPT_FAILED}));
    expect_counts(tally, 3, 0, 2);
    tally_free(tally);
}
