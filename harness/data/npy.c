/*
 * npy: NumPy's format for one array, versions 1 to 3 (NumPy Enhancement Proposal 1).
 *
 * `93 NUMPY`, two bytes of version, the length of the header in 2 bytes (version 1) or 4, lowest
 * byte first, the header, the elements. The header is a dictionary as Python prints it:
 *
 *     {'descr': '|u1', 'fortran_order': False, 'shape': (100, 28, 28, 3), }
 *
 * descr is the order of an element's bytes (`<` lowest first, `>` highest first, `|` there is one),
 * u, i or f, and how many they are. With fortran_order the first dimension varies fastest.
 *
 * The reader knows these three keys and values of these forms; nothing is evaluated.
 */
#include "harness/data/npy.h"

#include <stdlib.h>
#include <string.h>

enum { MAGIC = 6, LONGEST_HEADER = 1 << 16 };

struct header {
    const char *path;
    const char *start, *at; /* where it is read; a NUL behind it */
    bool has_descr, has_order, has_shape;
};

static int damaged(const struct header *h, const char *expected, struct err *err)
{
    return err_set(err, "%s: expected %s at character %td of its header, found '%.20s'", h->path,
                   expected, h->at - h->start, h->at);
}

/* Past blanks, and the text where it stands there. */
static bool pass(struct header *h, const char *text)
{
    h->at += strspn(h->at, " ");
    const bool found = strncmp(h->at, text, strlen(text)) == 0;
    if (found)
        h->at += strlen(text);
    return found;
}

static int read_descr(struct header *h, struct array *array, struct err *err)
{
    static const char kinds[] = "uifb";
    if (!pass(h, "'"))
        return pass(h, "[") ? err_set(err,
                                      "%s: expected an array of numbers, found one of records with "
                                      "several fields: save them one by one",
                                      h->path)
                            : damaged(h, "a type in quotes", err);
    const char *type = h->at;
    const size_t length = strcspn(type, "'");
    const bool sized = length == 3 && strchr("1248", type[2]) && strchr("<>|=", type[0]);
    if (!type[length])
        return damaged(h, "a type in quotes", err);
    if (!sized || !strchr(kinds, type[1]))
        return err_set(err,
                       "%s: expected numbers of 1 to 8 bytes, found the type '%.*s': convert it "
                       "(array.astype('uint8'))",
                       h->path, (int)length, type);
    array->big_endian = type[0] == '>';
    array->kind = type[1];
    array->item = (size_t)(type[2] - '0');
    h->at = type + length + 1;
    return 0;
}

/* Decimal digits; false where there is none, or too large a number. */
static bool read_number(struct header *h, size_t *ret_number)
{
    h->at += strspn(h->at, " ");
    const size_t digits = strspn(h->at, "0123456789");
    size_t value = 0;
    for (size_t i = 0; i < digits; i++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (size_t)(h->at[i] - '0'), &value))
            return false;
    h->at += digits;
    *ret_number = value;
    return digits > 0;
}

static int read_shape(struct header *h, struct array *array, struct err *err)
{
    if (!pass(h, "("))
        return damaged(h, "a shape in parentheses", err);
    while (!pass(h, ")")) {
        size_t number;
        if (pass(h, "np."))
            return err_set(err,
                           "%s: its shape has 'np.%.*s', which NumPy cannot read either (NumPy 2's "
                           "open_memmap writes it, given a shape of its own numbers): write it "
                           "again with shape=tuple(map(int, shape))",
                           h->path, (int)strcspn(h->at, "("), h->at);
        if (!read_number(h, &number))
            return damaged(h, "a whole number", err);
        if (array->rank == ARRAY_DIMS)
            return err_set(err, "%s: expected at most %d dimensions, found more", h->path,
                           ARRAY_DIMS);
        array->dims[array->rank++] = number;
        if (!pass(h, ",") && *h->at != ')')
            return damaged(h, "a comma", err);
    }
    return array->rank > 0 ? 0
                           : err_set(err, "%s: expected an array, found a single number", h->path);
}

static int read_order(struct header *h, struct array *array, struct err *err)
{
    array->columns = pass(h, "True");
    return array->columns || pass(h, "False") ? 0 : damaged(h, "True or False", err);
}

static int read_entry(struct header *h, struct array *array, struct err *err)
{
    if (!h->has_descr && pass(h, "'descr':")) {
        h->has_descr = true;
        return read_descr(h, array, err);
    }
    if (!h->has_order && pass(h, "'fortran_order':")) {
        h->has_order = true;
        return read_order(h, array, err);
    }
    if (!h->has_shape && pass(h, "'shape':")) {
        h->has_shape = true;
        return read_shape(h, array, err);
    }
    return damaged(h, "descr, fortran_order and shape, each once,", err);
}

static int read_dictionary(struct header *h, struct array *array, struct err *err)
{
    if (!pass(h, "{"))
        return damaged(h, "a dictionary", err);
    while (!pass(h, "}"))
        if (read_entry(h, array, err))
            return -1;
        else if (!pass(h, ",") && *h->at != '}')
            return damaged(h, "a comma", err);
    h->at += strspn(h->at, " \n");
    if (*h->at)
        return damaged(h, "its end", err);
    return h->has_descr && h->has_order && h->has_shape
               ? 0
               : damaged(h, "descr, fortran_order and shape", err);
}

bool npy_begins(const struct loader_file *file)
{
    return file->size >= MAGIC && memcmp(file->bytes, "\x93NUMPY", MAGIC) == 0;
}

/* Where the header begins; 0: the file is none of NumPy's. */
static size_t header_of(const struct loader_file *file, size_t *ret_length)
{
    const uint8_t *b = file->bytes;
    if (file->size < MAGIC + 2 + 4 || !npy_begins(file))
        return 0;
    const uint8_t version = b[MAGIC];
    *ret_length = b[8] | (size_t)b[9] << 8;
    if (version == 1)
        return MAGIC + 2 + 2;
    *ret_length |= (size_t)b[10] << 16 | (size_t)b[11] << 24;
    return version == 2 || version == 3 ? MAGIC + 2 + 4 : 0;
}

static int read_header(struct loader_file *file, struct array *array, struct err *err)
{
    const char *path = str_text(&file->path);
    size_t length = 0;
    if (loader_more(file, MAGIC + 2 + 4, err))
        return -1;
    const size_t start = header_of(file, &length);
    if (start == 0)
        return err_set(err,
                       "%s: expected an array of NumPy's (\\x93NUMPY, version 1 to 3), found "
                       "something else",
                       path);
    if (length > LONGEST_HEADER)
        return err_set(err, "%s: expected a header of at most %d bytes, found %zu", path,
                       LONGEST_HEADER, length);
    if (loader_more(file, start + length, err))
        return -1;
    if (file->size < start + length)
        return err_set(err, "%s: cut short in its header: expected %zu bytes, found %zu", path,
                       start + length, file->size);
    struct str text = {0};
    str_add_bytes(&text, (const char *)file->bytes + start, length);
    struct header h = {.path = path, .start = str_text(&text), .at = str_text(&text)};
    const int failed = read_dictionary(&h, array, err);
    str_release(&text);
    array->start = start + length;
    return failed;
}

static int read_elements(struct loader_file *file, const struct array *array, struct err *err)
{
    const char *path = str_text(&file->path);
    const size_t count = array_count(array), expected = array->start + count * array->item;
    if (count > ARRAY_LARGEST || expected > ARRAY_LARGEST)
        return err_set(err, "%s: expected at most %lld bytes, found a header that says more", path,
                       ARRAY_LARGEST);
    if (loader_more(file, expected + 1, err))
        return -1;
    if (file->size == expected)
        return 0;
    return err_set(err, "%s: %s: expected %zu bytes as the header says, found %s%zu", path,
                   file->size < expected ? "cut short" : "too long", expected,
                   file->size < expected ? "" : "at least ", file->size);
}

int npy_read(struct loader_file *file, struct array *ret_array, struct err *err)
{
    const int failed =
        read_header(file, ret_array, err) || read_elements(file, ret_array, err) ? -1 : 0;
    str_add(&ret_array->path, str_text(&file->path));
    ret_array->bytes = file->bytes;
    file->bytes = NULL;
    return failed;
}
