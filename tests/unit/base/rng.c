/*
 * rng: known answers of Philox4x32-10, streams that do not depend on what else was drawn, and the
 * distributions. Seeds are fixed, so the statistical tests give one answer for ever.
 */
#include "base/rng.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <Random123/philox.h>
#include <signal.h>
#include <string.h>

/* Critical values of chi-square at p = 0.001, by degrees of freedom. */
static const double chi2_df2 = 13.82, chi2_df5 = 20.52, chi2_df9 = 27.88;

static double chi_square(const uint32_t *counts, size_t cells, size_t draws)
{
    const double expected = (double)draws / (double)cells;
    double sum = 0;
    for (size_t i = 0; i < cells; i++)
        sum += ((double)counts[i] - expected) * ((double)counts[i] - expected) / expected;
    return sum;
}

/* Random123, tests/kat_vectors: counter, key, answer. */
static const struct {
    uint32_t counter[4], key[2], answer[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

Test(rng, known_answers)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct rng rng = {.used = 4};
        memcpy(rng.counter, known[i].counter, sizeof rng.counter);
        memcpy(rng.key, known[i].key, sizeof rng.key);
        for (size_t j = 0; j < 4; j++) {
            const uint32_t got = rng_u32(&rng);
            cr_expect_eq(got, known[i].answer[j], "vector %zu word %zu: %08x, expected %08x", i, j,
                         got, known[i].answer[j]);
        }
    }
}

/* Where the name of a stream goes: part of every result, so it must never move. */
Test(rng, layout)
{
    const uint64_t seed = 0x0123456789abcdef;
    struct rng rng = rng_stream(seed, RNG_TEST, 7, 9);
    for (uint32_t block = 0; block < 3; block++) {
        const philox4x32_ctr_t counter = {{block, RNG_TEST, 7, 9}};
        const philox4x32_key_t key = {{0x89abcdef, 0x01234567}};
        const philox4x32_ctr_t expected = philox4x32(counter, key);
        for (size_t j = 0; j < 4; j++) {
            const uint32_t got = rng_u32(&rng);
            cr_expect_eq(got, expected.v[j], "block %u word %zu: %08x, expected %08x", block, j,
                         got, expected.v[j]);
        }
    }
}

Test(rng, purposes_keep_their_numbers)
{
    const int numbers[] = {RNG_INIT,       RNG_SHUFFLE,   RNG_AUGMENT, RNG_DROPOUT, RNG_LIMIT,
                           RNG_VALIDATION, RNG_SYNTHETIC, RNG_PRUNER,  RNG_PROXY};
    for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
        cr_expect_eq(numbers[i], i + 1, "purpose %d has number %d", i + 1, numbers[i]);
}

Test(rng, every_part_of_the_name_matters)
{
    const uint64_t seed = 42, high_bit = (uint64_t)1 << 63;
    const struct rng streams[] = {
        rng_stream(seed, RNG_TEST, 3, 17),
        rng_stream(seed + 1, RNG_TEST, 3, 17),
        rng_stream(seed | high_bit, RNG_TEST, 3, 17),
        rng_stream(seed, RNG_INIT, 3, 17),
        rng_stream(seed, RNG_TEST, 4, 17),
        rng_stream(seed, RNG_TEST, 3, 18),
        rng_stream(seed, RNG_TEST, 17, 3),
    };
    enum { STREAMS = sizeof streams / sizeof *streams };
    uint64_t first[STREAMS];
    for (size_t i = 0; i < STREAMS; i++) {
        struct rng rng = streams[i];
        first[i] = rng_u64(&rng);
        for (size_t j = 0; j < i; j++)
            cr_expect_neq(first[i], first[j], "streams %zu and %zu both start with %016lx", j, i,
                          (unsigned long)first[i]);
    }
}

Test(rng, streams_do_not_disturb_each_other)
{
    enum { SAMPLES = 20, DRAWS = 11 };
    uint32_t alone[SAMPLES][DRAWS];
    for (uint32_t s = 0; s < SAMPLES; s++) {
        struct rng rng = rng_stream(5, RNG_TEST, 3, s);
        for (size_t d = 0; d < DRAWS; d++)
            alone[s][d] = rng_u32(&rng);
    }
    /* The same again, all at once and in the reverse order, among other draws. */
    struct rng streams[SAMPLES], other = rng_stream(5, RNG_TEST, 4, 0);
    for (uint32_t s = 0; s < SAMPLES; s++)
        streams[s] = rng_stream(5, RNG_TEST, 3, s);
    for (size_t d = 0; d < DRAWS; d++)
        for (size_t s = SAMPLES; s-- > 0;) {
            rng_normal(&other);
            const uint32_t got = rng_u32(&streams[s]);
            cr_expect_eq(got, alone[s][d], "sample %zu draw %zu: %08x alone, %08x among others", s,
                         d, alone[s][d], got);
        }
}

Test(rng, below_stays_in_range)
{
    const uint32_t bounds[] = {1, 2, 3, 7, 10, 1u << 31, (1u << 31) + 1, 3u << 30, UINT32_MAX};
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        struct rng rng = rng_stream(1, RNG_TEST, 0, (uint32_t)i);
        for (int draw = 0; draw < 1000; draw++) {
            const uint32_t got = rng_below(&rng, bounds[i]);
            cr_assert_lt(got, bounds[i], "%u is not below %u", got, bounds[i]);
        }
    }
}

Test(rng, below_is_uniform)
{
    enum { DRAWS = 100000 };
    uint32_t counts[10] = {0};
    struct rng rng = rng_stream(2, RNG_TEST, 0, 0);
    for (int draw = 0; draw < DRAWS; draw++)
        counts[rng_below(&rng, 10)]++;
    const double chi2 = chi_square(counts, 10, DRAWS);
    cr_expect_lt(chi2, chi2_df9, "chi-square %g, at most %g", chi2, chi2_df9);
}

/* At this bound every plain method is visibly biased: the remainder doubles the first third, and
   multiplication without rejection doubles the multiples of three. */
Test(rng, below_rejects_the_uneven_rest)
{
    enum { DRAWS = 30000 };
    const uint32_t bound = 3u << 30;
    uint32_t thirds[3] = {0}, residues[3] = {0};
    struct rng rng = rng_stream(3, RNG_TEST, 0, 0);
    for (int draw = 0; draw < DRAWS; draw++) {
        const uint32_t value = rng_below(&rng, bound);
        thirds[value >> 30]++;
        residues[value % 3]++;
    }
    const double by_third = chi_square(thirds, 3, DRAWS);
    const double by_residue = chi_square(residues, 3, DRAWS);
    cr_expect_lt(by_third, chi2_df2, "chi-square %g over thirds", by_third);
    cr_expect_lt(by_residue, chi2_df2, "chi-square %g over residues", by_residue);
}

Test(rng, below_zero_is_a_bug, .signal = SIGABRT)
{
    struct rng rng = rng_stream(1, RNG_TEST, 0, 0);
    rng_below(&rng, 0);
}

Test(rng, shuffle_is_a_permutation)
{
    enum { MOST = 1000 };
    const size_t sizes[] = {0, 1, 2, 17, MOST};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n = sizes[i];
        uint32_t values[MOST];
        bool seen[MOST] = {false};
        size_t moved = 0;
        for (size_t j = 0; j < n; j++)
            values[j] = (uint32_t)j;
        struct rng rng = rng_stream(4, RNG_TEST, 0, (uint32_t)n);
        rng_shuffle(&rng, values, n);
        for (size_t j = 0; j < n; j++) {
            cr_assert_lt(values[j], n, "value %u of %zu", values[j], n);
            cr_assert_not(seen[values[j]], "%u twice in a shuffle of %zu", values[j], n);
            seen[values[j]] = true;
            moved += values[j] != j;
        }
        cr_expect(n < 17 || moved > n / 2, "only %zu of %zu moved", moved, n);
    }
}

Test(rng, shuffle_gives_every_order_alike)
{
    enum { DRAWS = 60000 };
    uint32_t counts[6] = {0};
    struct rng rng = rng_stream(5, RNG_TEST, 0, 0);
    for (int draw = 0; draw < DRAWS; draw++) {
        uint32_t v[3] = {0, 1, 2};
        rng_shuffle(&rng, v, 3);
        counts[v[0] * 2 + (v[1] > v[2])]++;
    }
    const double chi2 = chi_square(counts, 6, DRAWS);
    cr_expect_lt(chi2, chi2_df5, "chi-square %g, at most %g", chi2, chi2_df5);
}

/* Four standard errors of the k-th moment's estimate, whose variance is E x^2k - (E x^k)^2. */
static double four_errors(double moment_2k, double moment_k, size_t n)
{
    return 4 * sqrt((moment_2k - moment_k * moment_k) / (double)n);
}

Test(rng, normal_moments)
{
    enum { DRAWS = 1000000 };
    const double expected[] = {1, 0, 1, 0, 3, 0, 15, 0, 105}; /* E x^k of the standard normal */
    double sums[5] = {0};
    struct rng rng = rng_stream(6, RNG_TEST, 0, 0);
    for (int draw = 0; draw < DRAWS; draw++) {
        const double x = rng_normal(&rng);
        double power = 1;
        for (size_t k = 1; k <= 4; k++)
            sums[k] += power *= x;
    }
    for (size_t k = 1; k <= 4; k++) {
        const double moment = sums[k] / DRAWS;
        const double tolerance = four_errors(expected[2 * k], expected[k], DRAWS);
        cr_expect_lt(fabs(moment - expected[k]), tolerance, "E x^%zu is %g, expected %g +- %g", k,
                     moment, expected[k], tolerance);
    }
}

Test(rng, uniform_moments)
{
    enum { DRAWS = 100000 };
    double sum = 0, squares = 0;
    struct rng rng = rng_stream(7, RNG_TEST, 0, 0);
    for (int draw = 0; draw < DRAWS; draw++) {
        const double x = rng_uniform(&rng);
        cr_assert(x >= 0 && x < 1, "%g is not in [0, 1)", x);
        sum += x;
        squares += x * x;
    }
    const double mean = sum / DRAWS, square = squares / DRAWS;
    cr_expect_lt(fabs(mean - 1.0 / 2), four_errors(1.0 / 3, 1.0 / 2, DRAWS), "mean %g", mean);
    cr_expect_lt(fabs(square - 1.0 / 3), four_errors(1.0 / 5, 1.0 / 3, DRAWS), "E x^2 %g", square);
}
