#include "harness/fetch/png.h"

#include "base/mem.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    LARGEST = 1 << 28, /* of the file and of the pixels */
    CHANNELS = 3,
    SIGNATURE = 8,
    HEADER = 13,    /* bytes of IHDR's data */
    AROUND = 12,    /* length, type and CRC of a chunk */
    SIDE = 1 << 20, /* at most */
};

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* The data of the chunk at *at, which moves behind it; NULL: there is no whole one. */
static const uint8_t *next_chunk(const uint8_t *file, size_t size, size_t *at,
                                 const char **ret_type, size_t *ret_length)
{
    if (size - *at < AROUND)
        return NULL;
    const size_t length = big_endian(file + *at);
    if (length > size - *at - AROUND)
        return NULL;
    const uint8_t *data = file + *at + 8;
    *ret_type = (const char *)file + *at + 4;
    *ret_length = length;
    *at += length + AROUND;
    return data;
}

/* Inflates the IDAT chunks into rows of exactly that many bytes. */
static bool inflate_rows(const uint8_t *file, size_t size, size_t at, uint8_t *rows, size_t bytes)
{
    z_stream stream = {.next_out = rows, .avail_out = (uInt)bytes};
    const uint8_t *data;
    const char *type;
    size_t length;
    int result = Z_OK;
    if (inflateInit(&stream) != Z_OK)
        DIE("out of memory: zlib");
    while (result == Z_OK && (data = next_chunk(file, size, &at, &type, &length)))
        if (memcmp(type, "IDAT", 4) == 0) {
            stream.next_in = (Bytef *)data; /* it is not written to */
            stream.avail_in = (uInt)length;
            result = inflate(&stream, Z_NO_FLUSH);
        }
    inflateEnd(&stream);
    if (result == Z_MEM_ERROR)
        DIE("out of memory: zlib");
    return result == Z_STREAM_END && stream.avail_out == 0;
}

/* Of the bytes to the left, above, and above to the left, the nearest to left + up - corner. */
static int paeth(int left, int up, int corner)
{
    const int to_left = abs(up - corner), to_up = abs(left - corner);
    const int to_corner = abs(left + up - 2 * corner);
    return to_left <= to_up && to_left <= to_corner ? left : to_up <= to_corner ? up : corner;
}

/* A row of the picture from its filtered bytes and the row above, in place. */
static bool unfilter(int filter, uint8_t *row, const uint8_t *above, size_t stride)
{
    for (size_t i = 0; i < stride; i++) {
        const int left = i < CHANNELS ? 0 : row[i - CHANNELS], up = above ? above[i] : 0;
        const int corner = i < CHANNELS || !above ? 0 : above[i - CHANNELS];
        row[i] = (uint8_t)(row[i] + (filter == 1   ? left
                                     : filter == 2 ? up
                                     : filter == 3 ? (left + up) / 2
                                     : filter == 4 ? paeth(left, up, corner)
                                                   : 0));
    }
    return filter <= 4;
}

static bool decode(const uint8_t *file, size_t size, size_t *ret_width, size_t *ret_height,
                   uint8_t **ret_pixels)
{
    static const char wanted[] = {8, 2, 0, 0, 0}; /* bits, RGB, and the only methods */
    const char *type;
    size_t at = SIGNATURE, length;
    if (size < SIGNATURE || memcmp(file, "\x89PNG\r\n\x1a\n", SIGNATURE) != 0)
        return false;
    const uint8_t *header = next_chunk(file, size, &at, &type, &length);
    if (!header || length != HEADER || memcmp(type, "IHDR", 4) != 0 ||
        memcmp(header + 8, wanted, sizeof wanted) != 0)
        return false;
    const size_t width = big_endian(header), height = big_endian(header + 4);
    const size_t stride = width * CHANNELS;
    if (!width || !height || width > SIDE || height > LARGEST / (stride + 1))
        return false;
    uint8_t *rows;
    MEM_NEW(rows, height * (stride + 1));
    bool right = inflate_rows(file, size, at, rows, height * (stride + 1));
    for (size_t y = 0; y < height && right; y++) {
        const uint8_t filter = rows[y * (stride + 1)];
        uint8_t *row = memmove(rows + y * stride, rows + y * (stride + 1) + 1, stride);
        right = unfilter(filter, row, y ? row - stride : NULL, stride);
    }
    if (!right) {
        mem_free(rows);
        return false;
    }
    *ret_width = width;
    *ret_height = height;
    *ret_pixels = rows;
    return true;
}

int png_read(const char *path, size_t *ret_width, size_t *ret_height, uint8_t **ret_pixels,
             struct err *err)
{
    struct str file = {0};
    if (str_add_file(&file, path, LARGEST, err))
        return -1;
    const bool right =
        decode((const uint8_t *)file.text, file.length, ret_width, ret_height, ret_pixels);
    str_release(&file);
    return right ? 0
                 : err_set(err,
                           "%s: expected a PNG picture (8 bits, RGB, not interlaced), found "
                           "something else, or damage",
                           path);
}
