/*
 * bfloat16: rounding to the nearest, ties to even, against a table of bit patterns; what cannot be
 * rounded (infinities, NaN); and arrays, which must do as single values do.
 */
#include "models/nn/num/type.h"
#include "tests/support/networks.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static uint32_t to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static const struct {
    uint32_t from;
    nn_bf16 to;
} roundings[] = {
    {0x00000000, 0x0000}, {0x80000000, 0x8000}, /* both zeros */
    {0x3f800000, 0x3f80}, {0x3f807fff, 0x3f80}, /* 1; just below half way */
    {0x3f808000, 0x3f80}, {0x3f808001, 0x3f81}, /* half way: to even, down; just above */
    {0x3f817fff, 0x3f81}, {0x3f818000, 0x3f82}, /* half way: to even, up */
    {0xbf818000, 0xbf82}, {0xbf808000, 0xbf80}, /* the sign does not matter */
    {0x3fffffff, 0x4000}, {0x3fff7fff, 0x3fff}, /* over to the next power of two */
    {0x7f7f7fff, 0x7f7f}, {0x7f7f8000, 0x7f80}, /* the largest; what rounds to infinity */
    {0xff7fffff, 0xff80}, {0x00008000, 0x0000}, /* ...; denormal ties */
    {0x00018000, 0x0002}, {0x007fffff, 0x0080}, /* up to the smallest normal number */
    {0x7f800000, 0x7f80}, {0xff800000, 0xff80}, /* infinities stay */
    {0x7f800001, 0x7fc0}, {0xff800001, 0xffc0}, /* NaN, quiet, not infinity */
    {0x7fffffff, 0x7fff}, {0x7fc12345, 0x7fc1}, /* NaN, not rounded to 0 */
};

enum { ROUNDINGS = sizeof roundings / sizeof *roundings, PATTERNS = 65536 };

Test(type, rounds_to_nearest_even)
{
    for (size_t i = 0; i < ROUNDINGS; i++) {
        const nn_bf16 found = nn_float_to_bf16(from_bits(roundings[i].from));
        cr_assert_eq(found, roundings[i].to, "%08x became %04x, not %04x", roundings[i].from, found,
                     roundings[i].to);
        const uint32_t rounded = to_bits(nn_round_bf16(from_bits(roundings[i].from)));
        cr_assert_eq(rounded, (uint32_t)roundings[i].to << 16, "%08x was rounded to %08x",
                     roundings[i].from, rounded);
    }
}

/* Signalling NaN become quiet: bit 6 is set. All others come back as they were. */
Test(type, every_pattern_comes_back)
{
    for (uint32_t i = 0; i < PATTERNS; i++) {
        const float value = nn_bf16_to_float((nn_bf16)i);
        const uint32_t expected = isnan(value) ? i | 0x40 : i;
        cr_assert_eq(nn_float_to_bf16(value), expected, "%04x came back as %04x", i,
                     nn_float_to_bf16(value));
    }
}

/* Of neighbours a < b: whatever is nearer to a becomes a, whatever is nearer to b becomes b. */
Test(type, is_never_further_than_half_a_step)
{
    for (uint32_t i = 0; i < 0x7f7f; i++) {
        const double a = (double)nn_bf16_to_float((nn_bf16)i),
                     b = (double)nn_bf16_to_float((nn_bf16)(i + 1));
        const float quarter = (float)(a + (b - a) / 4),
                    three_quarters = (float)(a + (b - a) * 3 / 4);
        cr_assert_eq(nn_float_to_bf16(quarter), i, "%a became %04x, not %04x", (double)quarter,
                     nn_float_to_bf16(quarter), i);
        cr_assert_eq(nn_float_to_bf16(three_quarters), i + 1, "%a became %04x, not %04x",
                     (double)three_quarters, nn_float_to_bf16(three_quarters), i + 1);
    }
}

/* ---- Arrays: of all lengths about those of vectors ---- */

enum { LONGEST = 70 };

struct arrays {
    float values[LONGEST], before[LONGEST], floats[LONGEST];
    nn_bf16 halves[LONGEST], halves_before[LONGEST];
};

/* Random values, the table's among them; in `before`, values that bfloat16 can hold. */
static struct arrays new_arrays(void)
{
    struct arrays a;
    test_fill_normal(a.values, LONGEST, 1);
    test_fill_normal(a.before, LONGEST, 2);
    for (size_t i = 0; i < ROUNDINGS; i++)
        a.values[i] = from_bits(roundings[i].from);
    for (size_t i = 0; i < LONGEST; i++) {
        a.halves_before[i] = nn_float_to_bf16(a.before[i]);
        a.before[i] = nn_bf16_to_float(a.halves_before[i]);
    }
    return a;
}

static void assert_bits(uint32_t found, uint32_t expected, const char *what, size_t n, size_t i)
{
    cr_assert_eq(found, expected, "%s of %zu: [%zu] is %x, not %x", what, n, i, found, expected);
}

Test(type, arrays_are_converted_like_values)
{
    for (size_t n = 0; n <= LONGEST; n++) {
        struct arrays a = new_arrays();
        memset(a.halves, 0xab, sizeof a.halves);
        nn_narrow(a.halves, a.values, n);
        nn_round(a.floats, a.values, n);
        for (size_t i = 0; i < LONGEST; i++)
            assert_bits(a.halves[i], i < n ? nn_float_to_bf16(a.values[i]) : 0xabab, "narrow", n,
                        i);
        for (size_t i = 0; i < n; i++)
            assert_bits(to_bits(a.floats[i]), (uint32_t)a.halves[i] << 16, "round", n, i);
        nn_expand(a.floats, a.halves, n);
        for (size_t i = 0; i < n; i++)
            assert_bits(to_bits(a.floats[i]), (uint32_t)a.halves[i] << 16, "expand", n, i);
        nn_round(a.values, a.values, n); /* in place */
        for (size_t i = 0; i < n; i++)
            assert_bits(to_bits(a.values[i]), to_bits(a.floats[i]), "round in place", n, i);
    }
}

Test(type, store_writes_or_adds)
{
    for (size_t n = 0; n <= LONGEST; n++)
        for (int add = 0; add < 2; add++) {
            const struct arrays a = new_arrays();
            float floats[LONGEST];
            nn_bf16 halves[LONGEST];
            memcpy(floats, a.before, sizeof floats);
            memcpy(halves, a.halves_before, sizeof halves);
            nn_store(floats, NN_FLOAT32, a.values, n, add);
            nn_store(halves, NN_BFLOAT16, a.values, n, add);
            for (size_t i = 0; i < LONGEST; i++) {
                const float sum = i >= n ? a.before[i]
                                  : add  ? a.before[i] + a.values[i]
                                         : a.values[i];
                assert_bits(to_bits(floats[i]), to_bits(sum), "store of floats", n, i);
                assert_bits(halves[i], nn_float_to_bf16(sum), "store of bfloat16", n, i);
            }
        }
}

Test(type, load_reads_both)
{
    const struct arrays a = new_arrays();
    float floats[LONGEST], expanded[LONGEST];
    nn_load(floats, a.before, NN_FLOAT32, LONGEST);
    nn_load(expanded, a.halves_before, NN_BFLOAT16, LONGEST);
    for (size_t i = 0; i < LONGEST; i++) {
        assert_bits(to_bits(floats[i]), to_bits(a.before[i]), "load of floats", LONGEST, i);
        assert_bits(to_bits(expanded[i]), to_bits(a.before[i]), "load of bfloat16", LONGEST, i);
    }
    cr_assert_eq(nn_type_size(NN_FLOAT32), 4);
    cr_assert_eq(nn_type_size(NN_BFLOAT16), 2);
}
