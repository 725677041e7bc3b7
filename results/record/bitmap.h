/*
 * bitmap: a set of samples: sample i is bit i % 8 of byte i / 8. In the database zlib packs it.
 *
 *     uint8_t bits[bitmap_bytes(10)] = {0};
 *     bitmap_add(bits, 7);
 *     uint8_t *packed = bitmap_pack(bits, 10, &size);
 *     ...
 *     if (bitmap_unpack_n(packed, size, 10, &read) == BITMAP_WHOLE && bitmap_has(read, 7)) ...
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of a set of n samples. */
static inline size_t bitmap_bytes(size_t n)
{
    return n / 8 + (n % 8 != 0);
}

static inline bool bitmap_has(const uint8_t *bits, size_t i)
{
    return bits[i / 8] >> i % 8 & 1;
}

static inline void bitmap_add(uint8_t *bits, size_t i)
{
    bits[i / 8] = (uint8_t)(bits[i / 8] | 1u << i % 8);
}

/* How many samples are in it. */
int64_t bitmap_count(const uint8_t *bits, size_t bytes);
/* How many are in both. */
int64_t bitmap_count_both(const uint8_t *a, const uint8_t *b, size_t bytes);

/* Of n samples; the caller's (mem_free). */
uint8_t *bitmap_pack(const uint8_t *bits, size_t n, size_t *ret_packed_size);

enum bitmap_found {
    BITMAP_WHOLE,
    BITMAP_DAMAGED, /* no whole zlib stream, or of more than 512 MiB (2^32 samples) */
    BITMAP_OTHER,   /* whole, and not of so many samples */
};

/* How many samples it is of, it does not say. */
struct bitmap {
    uint8_t *bits; /* [bytes], the caller's (mem_free) */
    size_t bytes;
};
/* false: DAMAGED. */
bool bitmap_unpack(const void *packed, size_t packed_size, struct bitmap *ret_bitmap);
/* WHOLE: *ret_bits [bitmap_bytes(n)] is the caller's. */
enum bitmap_found bitmap_unpack_n(const void *packed, size_t packed_size, int64_t n,
                                  uint8_t **ret_bits);
