#include "results/record/bitmap.h"

#include "base/err.h"
#include "base/mem.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* What was unpacked is what packing it again keeps. */
int fuzz_bitmap(const uint8_t *bytes, size_t size)
{
    struct bitmap bitmap;
    uint8_t *bits, *packed, *again;
    size_t packed_size;
    if (!bitmap_unpack(bytes, size, &bitmap)) {
        REQUIRE(bitmap_unpack_n(bytes, size, 10, &bits) == BITMAP_DAMAGED);
        return 0;
    }
    const size_t n = 8 * bitmap.bytes;
    REQUIRE(bitmap_count(bitmap.bits, bitmap.bytes) <= (int64_t)n);
    REQUIRE(bitmap_unpack_n(bytes, size, (int64_t)n, &bits) == BITMAP_WHOLE);
    REQUIRE(bitmap_unpack_n(bytes, size, (int64_t)n + 1, &again) == BITMAP_OTHER);
    packed = bitmap_pack(bits, n, &packed_size);
    REQUIRE(bitmap_unpack_n(packed, packed_size, (int64_t)n, &again) == BITMAP_WHOLE);
    REQUIRE(!bitmap.bytes || memcmp(again, bits, bitmap.bytes) == 0);
    MEM_FREE(bitmap.bits, bits, packed, again);
    return 0;
}
