#include "tests/support/bits.h"

#include "base/mem.h"
#include "results/record/bitmap.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>

void test_bind_bits(sqlite3_stmt *statement, int parameter, const char *kept)
{
    const size_t n = strlen(kept);
    uint8_t *bits, *packed;
    size_t size;
    MEM_NEW(bits, bitmap_bytes(n));
    for (size_t i = 0; i < n; i++)
        if (kept[i] == 'x')
            bitmap_add(bits, i);
    packed = bitmap_pack(bits, n, &size);
    cr_assert_eq(sqlite3_bind_blob(statement, parameter, packed, (int)size, SQLITE_TRANSIENT),
                 SQLITE_OK);
    mem_free(bits);
    mem_free(packed);
}
