#include "base/mem.h"

#include "base/err.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 64, ARENA_BLOCK = 64 * 1024, HUGE_PAGE = 2 * 1024 * 1024 };

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    alignas(16) char bytes[];
};

size_t mem_size(size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product) || product > SIZE_MAX / 2)
        DIE("size overflow: %zu x %zu bytes", count, size);
    return product;
}

/* A hint, before the first touch: large arrays then cost far fewer address translations. */
static void ask_for_huge_pages(char *pointer, size_t bytes)
{
    const size_t skip = (HUGE_PAGE - (uintptr_t)pointer % HUGE_PAGE) % HUGE_PAGE;
    madvise(pointer + skip, (bytes - skip) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
}

void *mem_alloc(size_t count, size_t size, const char *file, int line)
{
    const size_t bytes = mem_size(count, size);
    const size_t rounded = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT; /* never 0 */
    void *pointer = aligned_alloc(ALIGNMENT, rounded);
    if (!pointer)
        err_die(file, line, "out of memory: %zu bytes wanted", bytes);
    if (rounded >= 2 * HUGE_PAGE)
        ask_for_huge_pages(pointer, rounded);
    return memset(pointer, 0, rounded);
}

void *mem_grow(void *pointer, size_t old_count, size_t count, size_t size, const char *file,
               int line)
{
    void *grown = mem_alloc(count, size, file, line);
    if (pointer)
        memcpy(grown, pointer, mem_size(old_count < count ? old_count : count, size));
    mem_free(pointer);
    return grown;
}

void *mem_room(void *pointer, size_t count, size_t size, const char *file, int line)
{
    const bool full = (count & (count - 1)) == 0;
    return full ? mem_grow(pointer, count, count ? 2 * count : 1, size, file, line) : pointer;
}

void mem_free(void *pointer)
{
    free(pointer);
}

void mem_free_all(void *const *pointers, size_t count)
{
    for (size_t i = 0; i < count; i++)
        mem_free(pointers[i]);
}

void arena_release(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *next = arena->blocks->next;
        free(arena->blocks);
        arena->blocks = next;
    }
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    const size_t bytes = (mem_size(count, size) + 15) / 16 * 16;
    struct arena_block *block = arena->blocks;
    if (!block || block->size - block->used < bytes) {
        const size_t room = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
        block = calloc(1, sizeof *block + room);
        if (!block)
            DIE("out of memory: %zu bytes wanted", room);
        block->size = room;
        block->next = arena->blocks;
        arena->blocks = block;
    }
    void *pointer = block->bytes + block->used;
    block->used += bytes;
    return pointer;
}

char *arena_strdup(struct arena *arena, const char *text)
{
    if (!text)
        return NULL;
    const size_t size = strlen(text) + 1;
    return memcpy(arena_alloc(arena, size, 1), text, size);
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    REQUIRE(length >= 0);
    const size_t size = (size_t)length + 1;
    char *text = arena_alloc(arena, size, 1);
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}
