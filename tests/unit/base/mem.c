#include "base/mem.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static bool all_zero(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (((const char *)bytes)[i])
            return false;
    return true;
}

Test(mem, aligned_and_zeroed)
{
    for (size_t n = 0; n < 300; n++) {
        char *bytes;
        MEM_NEW(bytes, n);
        cr_assert_not_null(bytes);
        cr_expect_eq((uintptr_t)bytes % 64, 0, "%zu bytes at %p", n, (void *)bytes);
        cr_expect(all_zero(bytes, n));
        memset(bytes, 1, n); /* so that the next one is not zero by chance */
        mem_free(bytes);
    }
    mem_free(NULL);
}

Test(mem, grow_keeps_and_zeroes)
{
    uint32_t *values = NULL;
    MEM_GROW(values, 0, 3);
    cr_expect(all_zero(values, 3 * sizeof *values));
    for (uint32_t i = 0; i < 3; i++)
        values[i] = i + 1;
    MEM_GROW(values, 3, 5000);
    cr_expect(values[0] == 1 && values[1] == 2 && values[2] == 3);
    cr_expect(all_zero(values + 3, 4997 * sizeof *values));
    cr_expect_eq((uintptr_t)values % 64, 0);
    MEM_GROW(values, 5000, 2);
    cr_expect(values[0] == 1 && values[1] == 2);
    mem_free(values);
}

Test(mem, size)
{
    cr_expect_eq(mem_size(3, 4), 12);
    cr_expect_eq(mem_size(0, SIZE_MAX), 0);
    cr_expect_eq(mem_size(SIZE_MAX / 2, 1), SIZE_MAX / 2);
}

Test(mem, size_overflow_ends_the_process, .signal = SIGABRT)
{
    mem_size(SIZE_MAX / 2, 3);
}

Test(mem, size_beyond_what_pointers_span_ends_the_process, .signal = SIGABRT)
{
    mem_size(SIZE_MAX / 2 + 1, 1);
}

Test(mem, lack_of_memory_ends_the_process, .signal = TEST_SANITIZED ? 0 : SIGABRT)
{
    SKIP_SANITIZED("sanitizers end the process in their own way");
    char *bytes;
    MEM_NEW(bytes, SIZE_MAX / 4);
}

Test(arena, pieces_are_aligned_zeroed_and_apart)
{
    enum { PIECES = 3000 };
    struct arena arena = {0};
    for (int round = 0; round < 2; round++) { /* released, it can be used again */
        static unsigned char *pieces[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            ARENA_NEW(&arena, pieces[i], i % 97);
            cr_assert_eq((uintptr_t)pieces[i] % 16, 0, "piece %zu at %p", i, (void *)pieces[i]);
            cr_assert(all_zero(pieces[i], i % 97), "piece %zu is not zero", i);
            memset(pieces[i], (int)(i % 251), i % 97);
        }
        for (size_t i = 0; i < PIECES; i++)
            for (size_t j = 0; j < i % 97; j++)
                cr_assert_eq(pieces[i][j], i % 251, "piece %zu was overwritten", i);
        arena_release(&arena);
    }
}

Test(arena, large_blocks_among_small_ones)
{
    struct arena arena = {0};
    char *small, *large, *after;
    ARENA_NEW(&arena, small, 10);
    ARENA_NEW(&arena, large, 1000003);
    ARENA_NEW(&arena, after, 10);
    memset(small, 1, 10);
    memset(large, 2, 1000003);
    memset(after, 3, 10);
    cr_expect(small[0] == 1 && small[9] == 1);
    cr_expect(large[0] == 2 && large[1000002] == 2);
    cr_expect_eq((uintptr_t)large % 16, 0);
    arena_release(&arena);
}

Test(arena, texts)
{
    struct arena arena = {0};
    char source[] = "text";
    const char *copy = arena_strdup(&arena, source);
    source[0] = 'n';
    cr_expect_str_eq(copy, "text");
    cr_expect_str_eq(arena_printf(&arena, "%s %d", "cell", 7), "cell 7");
    cr_expect_str_eq(arena_printf(&arena, "%s", ""), "");
    cr_expect_eq(strlen(arena_printf(&arena, "%0*d", 100000, 1)), 100000);
    arena_release(&arena);
}

Test(arena, overflow_ends_the_process, .signal = SIGABRT)
{
    struct arena arena = {0};
    arena_alloc(&arena, SIZE_MAX / 4, 8);
}
