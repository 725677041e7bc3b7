#include "results/record/bitmap.h"

#include "base/err.h"
#include "base/mem.h"

#include <limits.h>
#include <zlib.h>

enum { MOST_BYTES = 1 << 29, FIRST_ROOM = 8192 };

static int64_t ones(unsigned byte)
{
    int64_t count = 0;
    for (; byte; byte &= byte - 1)
        count++;
    return count;
}

int64_t bitmap_count(const uint8_t *bits, size_t bytes)
{
    return bitmap_count_both(bits, bits, bytes);
}

int64_t bitmap_count_both(const uint8_t *a, const uint8_t *b, size_t bytes)
{
    int64_t count = 0;
    for (size_t i = 0; i < bytes; i++)
        count += ones(a[i] & b[i]);
    return count;
}

uint8_t *bitmap_pack(const uint8_t *bits, size_t n, size_t *ret_packed_size)
{
    const uLong bytes = (uLong)bitmap_bytes(n);
    uLongf size = compressBound(bytes);
    uint8_t *packed;
    MEM_NEW(packed, size);
    if (compress(packed, &size, bits, bytes) != Z_OK) /* there is room for it */
        DIE("out of memory: zlib");
    *ret_packed_size = (size_t)size;
    return packed;
}

bool bitmap_unpack(const void *packed, size_t packed_size, struct bitmap *ret_bitmap)
{
    z_stream stream = {0};
    uint8_t *bits = NULL;
    size_t bytes = 0;
    if (!packed || packed_size > UINT_MAX)
        return false;
    int code = inflateInit(&stream);
    stream.next_in = (Bytef *)(uintptr_t)packed; /* zlib does not write there */
    stream.avail_in = (uInt)packed_size;
    while (code == Z_OK && bytes < MOST_BYTES) {
        const size_t room = bytes ? 2 * bytes : FIRST_ROOM;
        MEM_GROW(bits, bytes, room);
        stream.next_out = bits + bytes;
        stream.avail_out = (uInt)(room - bytes);
        code = inflate(&stream, Z_NO_FLUSH);
        bytes = room - stream.avail_out;
        if (code == Z_OK && stream.avail_out)
            break; /* the stream stops short of its end */
    }
    inflateEnd(&stream);
    if (code == Z_MEM_ERROR)
        DIE("out of memory: zlib");
    if (code != Z_STREAM_END) {
        mem_free(bits);
        return false;
    }
    *ret_bitmap = (struct bitmap){bits, bytes};
    return true;
}

enum bitmap_found bitmap_unpack_n(const void *packed, size_t packed_size, int64_t n,
                                  uint8_t **ret_bits)
{
    struct bitmap bitmap;
    if (!bitmap_unpack(packed, packed_size, &bitmap))
        return BITMAP_DAMAGED;
    if (n < 0 || bitmap.bytes != bitmap_bytes((size_t)n)) {
        mem_free(bitmap.bits);
        return BITMAP_OTHER;
    }
    *ret_bits = bitmap.bits;
    return BITMAP_WHOLE;
}
