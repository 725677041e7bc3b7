/*
 * mem: allocation that cannot fail quietly, and arenas.
 *
 * Lack of memory ends the process with the place and the size asked for. Sizes are multiplied in
 * one checked function, and taken from the pointer:
 *
 *     float *scores;
 *     MEM_NEW(scores, n);              zeroed, 64-byte aligned (a cache line, an AVX-512 register)
 *     ...
 *     mem_free(scores);
 *
 * An arena is memory of one lifetime: allocate piece by piece, release all at once. It suits what
 * is read once and lives as long as its owner (a config, a plan).
 */
#pragma once

#include <stddef.h>

/* count * size; ends the process where that overflows. */
size_t mem_size(size_t count, size_t size);

/* Zeroed, 64-byte aligned; free with mem_free. count 0 gives a valid pointer. */
void *mem_alloc(size_t count, size_t size, const char *file, int line);
/* Like realloc for arrays from mem_alloc; the grown part is zeroed. pointer may be NULL. */
void *mem_grow(void *pointer, size_t old_count, size_t count, size_t size, const char *file,
               int line);
/* What MEM_ROOM does. */
void *mem_room(void *pointer, size_t count, size_t size, const char *file, int line);
void mem_free(void *pointer);
void mem_free_all(void *const *pointers, size_t count);

#define MEM_NEW(pointer, count)                                                                    \
    ((pointer) = mem_alloc((count), sizeof *(pointer), __FILE__, __LINE__))
#define MEM_GROW(pointer, old_count, count)                                                        \
    ((pointer) = mem_grow((pointer), (old_count), (count), sizeof *(pointer), __FILE__, __LINE__))
/* Room for one more in an array of count, which doubles at 0, 1, 2, 4, ... items. */
#define MEM_ROOM(pointer, count)                                                                   \
    ((pointer) = mem_room((pointer), (count), sizeof *(pointer), __FILE__, __LINE__))
/* MEM_FREE(rows, order, first): mem_free of each. */
#define MEM_FREE(...)                                                                              \
    mem_free_all((void *const[]){__VA_ARGS__},                                                     \
                 sizeof((void *const[]){__VA_ARGS__}) / sizeof(void *))

/* Starts as {0}. */
struct arena {
    struct arena_block *blocks; /* newest first */
};

/* Frees everything taken from it; the arena can be used again. */
void arena_release(struct arena *arena);
/* Zeroed, 16-byte aligned; lives until the arena is released. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);
/* NULL of NULL. */
char *arena_strdup(struct arena *arena, const char *text);
char *arena_printf(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ARENA_NEW(arena, pointer, count)                                                           \
    ((pointer) = arena_alloc((arena), (count), sizeof *(pointer)))
