/*
 * masks: what models/nn/num/simd.h calculates in place of comparing, against C's own comparisons,
 * where floats are special: at zeros, denormal numbers, infinities, and NaN of either sign.
 */
#include "models/nn/num/simd.h"

#include <criterion/criterion.h>
#include <math.h>

static const uint32_t special[] = {
    0x00000000, 0x80000000, /* zeros */
    0x00000001, 0x80000001, /* the smallest; all denormal numbers have these bits or more */
    0x007fffff, 0x807fffff, 0x00800000, 0x80800000, /* the last denormal number, the first normal */
    0x3f800000, 0xbf800000, 0x7f7fffff, 0xff7fffff, /* 1; the largest */
    0x7f800000, 0xff800000, 0x7f800001, 0xff800001, /* infinities; the first NaN */
    0x7fc00000, 0xffc00000, 0x7fffffff, 0xffffffff, /* what CPUs make; the last NaN */
};

enum { SPECIAL = sizeof special / sizeof *special, LANES = 16 };

static float from_bits(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* 16 of the special values, each in every lane as `first` goes through them. */
static nn_u16x32 lanes_from(size_t first)
{
    nn_u16x32 bits;
    for (size_t l = 0; l < LANES; l++)
        bits[l] = special[(first + l) % SPECIAL];
    return bits;
}

static void expect_mask(nn_u16x32 mask, size_t lane, bool holds, const char *what, uint32_t bits)
{
    cr_expect_eq(mask[lane], holds ? 0xffffffff : 0, "%s of %08x is %08x", what, bits, mask[lane]);
}

Test(masks, are_as_comparisons_of_floats)
{
    for (size_t first = 0; first < SPECIAL; first++) {
        const nn_u16x32 bits = lanes_from(first), positive = nn_positive((nn_v16)bits),
                        negative = nn_negative((nn_v16)bits), nan = nn_is_nan((nn_v16)bits);
        for (size_t l = 0; l < LANES; l++) {
            const float value = from_bits(bits[l]);
            expect_mask(positive, l, value > 0, "positive", bits[l]);
            expect_mask(negative, l, value < 0, "negative", bits[l]);
            expect_mask(nan, l, isnan(value), "NaN", bits[l]);
        }
    }
}

Test(masks, are_as_comparisons_of_numbers)
{
    const nn_u16x32 numbers = {0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 254, 255, 256, 65534, 65535, 7};
    for (size_t i = 0; i < LANES; i++) {
        const nn_u16x32 below = nn_below(numbers, numbers[i]),
                        equal = nn_below(numbers ^ numbers[i], 1);
        for (size_t l = 0; l < LANES; l++) {
            expect_mask(below, l, numbers[l] < numbers[i], "below", numbers[l]);
            expect_mask(equal, l, numbers[l] == numbers[i], "equal", numbers[l]);
        }
    }
}

Test(masks, select_lane_by_lane)
{
    const nn_u16x32 a = lanes_from(0), b = lanes_from(3), mask = nn_is_nan((nn_v16)a),
                    chosen = nn_select(mask, a, b);
    const nn_u16x32 kept = (nn_u16x32)nn_keep_where((nn_v16)a, mask);
    for (size_t l = 0; l < LANES; l++) {
        cr_expect_eq(chosen[l], isnan(from_bits(a[l])) ? a[l] : b[l], "lane %zu: %08x", l,
                     chosen[l]);
        cr_expect_eq(kept[l], isnan(from_bits(a[l])) ? a[l] : 0, "lane %zu: %08x", l, kept[l]);
    }
}
