#include "plots/pictures.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

static const char COLUMN[] = "\tpixels";

static size_t line_length(const char *line)
{
    return strcspn(line, "\n");
}

/* Where the last column of a line begins. */
static const char *last_of(const char *line)
{
    const char *start = line;
    for (const char *p = line, *end = line + line_length(line); p < end; p++)
        start = *p == '\t' ? p + 1 : start;
    return start;
}

bool pictures_are_in(const char *tsv)
{
    const size_t length = line_length(tsv), name = sizeof COLUMN - 1;
    return tsv[0] == '#' && length > name && strncmp(tsv + length - name, COLUMN, name) == 0;
}

/* Of a hexadecimal digit; -1 of anything else. */
static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static int byte_at(const char *text)
{
    const int high = digit(text[0]), low = high < 0 ? -1 : digit(text[1]);
    return low < 0 ? -1 : 16 * high + low;
}

struct shape {
    size_t height, width, channels, length; /* length: of its own text */
};

static int read_shape(const char *text, struct shape *ret_shape)
{
    int height = 0, width = 0, channels = 0, length = 0;
    if (sscanf(text, "%4dx%4dx%4d:%n", &height, &width, &channels, &length) != 3 || !length ||
        height < 1 || width < 1 || channels < 1)
        return -1;
    *ret_shape = (struct shape){(size_t)height, (size_t)width, (size_t)channels, (size_t)length};
    return 0;
}

static int add_pixels(const char *text, const struct shape *shape, struct str *bytes)
{
    const size_t count = shape->height * shape->width;
    if (line_length(text) != 2 * count * shape->channels)
        return -1;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 3; k++) {
            const size_t channel = shape->channels >= 3 ? k : 0;
            const int value = byte_at(text + 2 * (i * shape->channels + channel));
            if (value < 0)
                return -1;
            str_add_bytes(bytes, (const char[]){(char)(uint8_t)value}, 1);
        }
    return 0;
}

int pictures_take(const char *tsv, struct str *ret_table, struct str *ret_bytes, struct err *err)
{
    for (const char *line = tsv; *line;) {
        const size_t length = line_length(line);
        const char *last = last_of(line);
        struct shape shape;
        if (line[0] == '#' && line == tsv) {
            str_add_bytes(ret_table, line, length - (sizeof COLUMN - 1));
            str_add(ret_table, "\theight\twidth");
        } else if (length) {
            if (read_shape(last, &shape) || add_pixels(last + shape.length, &shape, ret_bytes))
                return err_set(err, "a picture is not as sample_pixels() gives them: '%.20s'",
                               last);
            str_add_bytes(ret_table, line, (size_t)(last - line));
            str_addf(ret_table, "%zu\t%zu", shape.height, shape.width);
        }
        str_add(ret_table, "\n");
        line += length + (line[length] == '\n');
    }
    return 0;
}
