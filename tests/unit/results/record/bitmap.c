/* bitmap.h: ten samples, of which 0, 2, 7, 8 are kept: 10100001 10, the lowest bit first. */
#include "results/record/bitmap.h"
#include "base/mem.h"

#include <criterion/criterion.h>
#include <string.h>
#include <zlib.h>

enum { N = 10 };

static const uint8_t kept[] = {0x85, 0x01};

Test(bitmap, holds_sample_i_in_bit_i)
{
    uint8_t bits[2] = {0};
    cr_expect_eq(bitmap_bytes(0), 0);
    cr_expect_eq(bitmap_bytes(8), 1);
    cr_expect_eq(bitmap_bytes(N), 2);
    cr_expect_eq(bitmap_bytes(SIZE_MAX), SIZE_MAX / 8 + 1);
    bitmap_add(bits, 8);
    bitmap_add(bits, 0);
    bitmap_add(bits, 7);
    bitmap_add(bits, 2);
    bitmap_add(bits, 2);
    cr_expect_eq(memcmp(bits, kept, sizeof kept), 0);
    for (size_t i = 0; i < N; i++)
        cr_expect_eq(bitmap_has(bits, i), i == 0 || i == 2 || i == 7 || i == 8, "sample %zu", i);
}

Test(bitmap, counts)
{
    const uint8_t other[] = {0x84, 0x02};
    cr_expect_eq(bitmap_count(kept, 0), 0);
    cr_expect_eq(bitmap_count(kept, 1), 3);
    cr_expect_eq(bitmap_count(kept, 2), 4);
    cr_expect_eq(bitmap_count_both(kept, other, 2), 2);
}

Test(bitmap, is_packed_by_zlib)
{
    size_t size;
    uint8_t back[sizeof kept + 1];
    uLongf back_size = sizeof back;
    uint8_t *packed = bitmap_pack(kept, N, &size);
    cr_assert_eq(uncompress(back, &back_size, packed, (uLong)size), Z_OK);
    cr_expect_eq(back_size, sizeof kept);
    cr_expect_eq(memcmp(back, kept, sizeof kept), 0);
    mem_free(packed);
}

/* Long enough to be unpacked in several steps. */
Test(bitmap, unpacks_to_what_was_packed)
{
    enum { MANY = 1000003 };
    uint8_t *bits, *packed, *back = NULL;
    size_t size;
    struct bitmap unpacked = {0};
    MEM_NEW(bits, bitmap_bytes(MANY));
    for (size_t i = 0; i < MANY; i += 1 + i % 7)
        bitmap_add(bits, i);
    packed = bitmap_pack(bits, MANY, &size);
    cr_assert_eq(bitmap_unpack(packed, size, &unpacked), true);
    cr_assert_eq(unpacked.bytes, bitmap_bytes(MANY));
    cr_expect_eq(memcmp(unpacked.bits, bits, unpacked.bytes), 0);
    mem_free(unpacked.bits);
    cr_assert_eq(bitmap_unpack_n(packed, size, MANY, &back), BITMAP_WHOLE);
    cr_expect_eq(memcmp(back, bits, bitmap_bytes(MANY)), 0);
    mem_free(back);
    mem_free(packed);
    mem_free(bits);
}

Test(bitmap, tells_damage_from_another_size)
{
    size_t size;
    struct bitmap unpacked;
    uint8_t *bits = NULL, *packed = bitmap_pack(kept, N, &size);
    const int64_t others[] = {0, 8, 17, -1, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        cr_expect_eq(bitmap_unpack_n(packed, size, others[i], &bits), BITMAP_OTHER, "n = %lld",
                     (long long)others[i]);
    for (size_t cut = 0; cut < size; cut++)
        cr_expect_eq(bitmap_unpack(packed, cut, &unpacked), false, "%zu of %zu bytes", cut, size);
    packed[size - 1] ^= 1; /* of the checksum */
    cr_expect_eq(bitmap_unpack_n(packed, size, N, &bits), BITMAP_DAMAGED);
    cr_expect_eq(bitmap_unpack(NULL, 0, &unpacked), false);
    cr_expect_null(bits);
    mem_free(packed);
}
