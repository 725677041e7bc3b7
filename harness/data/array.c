#include "harness/data/array.h"

#include <string.h>

size_t array_count(const struct array *array)
{
    size_t count = 1;
    for (int d = 0; d < array->rank; d++)
        if (__builtin_mul_overflow(count, array->dims[d], &count))
            return SIZE_MAX;
    return count;
}

void array_release(struct array *arrays, size_t count)
{
    for (struct array *array = arrays; array < arrays + count; array++) {
        str_release(&array->path);
        mem_free(array->bytes);
        *array = (struct array){0};
    }
}

static void add_element(const struct array *array, struct str *ret_text)
{
    if (array->kind == 'u' && array->item == 1)
        str_add(ret_text, "unsigned bytes");
    else
        str_addf(ret_text, "%s%zu",
                 array->kind == 'u'   ? "uint"
                 : array->kind == 'i' ? "int"
                 : array->kind == 'f' ? "float"
                                      : "bool",
                 8 * array->item);
}

static void add_shape(const struct array *array, struct str *ret_text)
{
    for (int d = 0; d < array->rank; d++)
        str_addf(ret_text, "%s%zu", d ? " x " : "", array->dims[d]);
}

int array_refuse_shape(const struct array *array, const char *expected, struct err *err)
{
    struct str text = {0};
    add_shape(array, &text);
    err_set(err, "%s: expected %s, found %s", str_text(&array->path), expected, str_text(&text));
    str_release(&text);
    return -1;
}

int array_refuse_element(const struct array *array, const char *expected, const char *remedy,
                         struct err *err)
{
    struct str text = {0};
    add_element(array, &text);
    err_set(err, "%s: expected %s, found %s: %s", str_text(&array->path), expected, str_text(&text),
            remedy);
    str_release(&text);
    return -1;
}

/* ---- Pictures ---------------------------------------------------------------------------------*/

/* Elements between neighbours of each dimension, as they lie. */
static void strides_of(const struct array *array, size_t ret_strides[ARRAY_DIMS])
{
    size_t stride = 1;
    for (int i = 0; i < array->rank; i++) {
        const int d = array->columns ? i : array->rank - 1 - i;
        ret_strides[d] = stride;
        stride *= array->dims[d];
    }
}

/* Which of the dimensions are height, width, channels (-1: there is none). */
static int orient(const struct array *array, int ret_axes[3], struct err *err)
{
    const size_t *dims = array->dims;
    const bool last = array->rank == 4 && dims[3] <= DATA_MAX_CHANNELS;
    const bool first = array->rank == 4 && !last && dims[1] <= DATA_MAX_CHANNELS;
    if (array->kind != 'u' || array->item != 1)
        return array_refuse_element(array, "pictures of unsigned bytes (uint8)",
                                    "write them as bytes from 0 to 255", err);
    if (array->rank != 3 && !last && !first)
        return array_refuse_shape(array,
                                  "pictures as n x height x width, with or without 1 to 4 channels "
                                  "behind (reshape them so)",
                                  err);
    ret_axes[array->transposed] = first ? 2 : 1;
    ret_axes[!array->transposed] = first ? 3 : 2;
    ret_axes[2] = first ? 1 : last ? 3 : -1;
    for (int d = 0; d < array->rank; d++)
        if (dims[d] == 0)
            return array_refuse_shape(array, "at least one picture of at least one pixel", err);
    if (dims[ret_axes[0]] > DATA_MAX_SIDE || dims[ret_axes[1]] > DATA_MAX_SIDE)
        return array_refuse_shape(array, "pictures of at most 256 x 256 pixels (make them smaller)",
                                  err);
    return dims[0] <= UINT32_MAX
               ? 0
               : array_refuse_shape(array, "no more samples than a 32-bit number counts", err);
}

/* The picture that begins at `from`, as [h][w][c]. */
static void turn(const uint8_t *from, const size_t dims[ARRAY_DIMS],
                 const size_t strides[ARRAY_DIMS], const int axes[3], uint8_t *to)
{
    const size_t h = dims[axes[0]], w = dims[axes[1]], c = axes[2] < 0 ? 1 : dims[axes[2]];
    for (size_t y = 0; y < h; y++)
        for (size_t x = 0; x < w; x++)
            for (size_t k = 0; k < c; k++)
                *to++ = from[y * strides[axes[0]] + x * strides[axes[1]] +
                             (axes[2] < 0 ? 0 : k * strides[axes[2]])];
}

static uint8_t *take(struct array *array, size_t count)
{
    uint8_t *bytes = array->bytes;
    memmove(bytes, bytes + array->start, count);
    array->bytes = NULL;
    return bytes;
}

/* [n][h][w][c]. Where each picture's bytes lie together they are turned in their place: there may
   be no room for all of them twice. */
static uint8_t *rearrange(struct array *array, const int axes[3])
{
    const size_t n = array->dims[0], size = array_count(array) / n;
    size_t strides[ARRAY_DIMS];
    uint8_t *pixels, *before;
    strides_of(array, strides);
    if (array->columns) {
        MEM_NEW(pixels, mem_size(n, size));
        for (size_t i = 0; i < n; i++)
            turn(array->bytes + array->start + i, array->dims, strides, axes, pixels + i * size);
        return pixels;
    }
    pixels = take(array, mem_size(n, size));
    MEM_NEW(before, size);
    for (size_t i = 0; i < n; i++) {
        memcpy(before, pixels + i * size, size);
        turn(before, array->dims, strides, axes, pixels + i * size);
    }
    mem_free(before);
    return pixels;
}

/* Sets the shape, or compares with that of `like` (NULL: there is none yet). */
static int load_pictures(struct array *array, const struct array *like, struct dataset *data,
                         struct split *split, struct err *err)
{
    int axes[3] = {1, 2, -1};
    if (orient(array, axes, err))
        return -1;
    const int h = (int)array->dims[axes[0]], w = (int)array->dims[axes[1]],
              c = axes[2] < 0 ? 1 : (int)array->dims[axes[2]];
    if (like && (h != data->h || w != data->w || c != data->c))
        return err_set(err, "%s: expected pictures of %d x %d x %d, as in %s, found %d x %d x %d",
                       str_text(&array->path), data->h, data->w, data->c, str_text(&like->path), h,
                       w, c);
    data->h = h;
    data->w = w;
    data->c = c;
    split->n = array->dims[0];
    split->pixels = array->columns || array->transposed || axes[2] == 1
                        ? rearrange(array, axes)
                        : take(array, array_count(array));
    return 0;
}

/* ---- Labels -----------------------------------------------------------------------------------*/

/* pictures: where they are. */
static int check_labels(const struct array *array, size_t n, const char *pictures, struct err *err)
{
    if ((array->kind != 'u' && array->kind != 'i') || array->item > 8)
        return array_refuse_element(array, "labels that are whole numbers",
                                    "write them as bytes or int64", err);
    if (array->rank != 1 &&
        !(array->rank == 2 && (array->dims[1] == 1 || array->dims[1] == array->label_columns)))
        return array_refuse_shape(array, "one label for each picture, as n or n x 1", err);
    if (array->dims[0] == n)
        return 0;
    return err_set(err, "%s: expected %zu labels, one for each picture in %s, found %zu",
                   str_text(&array->path), n, pictures, array->dims[0]);
}

/* The i-th, of the first column; what is beyond an int64_t comes out negative. */
static int64_t label_at(const struct array *array, size_t i)
{
    const size_t columns = array->rank == 2 && !array->columns ? array->dims[1] : 1;
    const uint8_t *bytes = array->bytes + array->start + i * columns * array->item;
    uint64_t bits = 0;
    for (size_t b = 0; b < array->item; b++)
        bits = bits << 8 | bytes[array->big_endian ? b : array->item - 1 - b];
    const size_t unused = 64 - 8 * array->item;
    return array->kind == 'i' ? (int64_t)(bits << unused) >> unused : (int64_t)bits;
}

/* Widens classes so that the labels have room in them. */
static int find_classes(const struct array *array, struct array_classes *classes, struct err *err)
{
    for (size_t i = 0; i < array->dims[0]; i++) {
        const int64_t label = label_at(array, i);
        if (label < 0 || label > DATA_MAX_CLASSES)
            return err_set(err,
                           "%s: expected labels from 0 or 1 of at most %d classes, found %lld at "
                           "position %zu",
                           str_text(&array->path), DATA_MAX_CLASSES, (long long)label, i);
        if (label == 0)
            classes->lowest = 0;
        if (label >= classes->count)
            classes->count = (int)label + 1;
    }
    return 0;
}

int array_labels(const struct array *array, size_t n, const char *pictures,
                 const struct array_classes *classes, uint16_t *ret_labels, struct err *err)
{
    if (check_labels(array, n, pictures, err))
        return -1;
    for (size_t i = 0; i < n; i++) {
        const int64_t label = label_at(array, i) - classes->lowest;
        if (label < 0 || label >= classes->count)
            return err_set(err, "%s: expected labels from %d to %d, found %lld at position %zu",
                           str_text(&array->path), classes->lowest,
                           classes->lowest + classes->count - 1, (long long)label + classes->lowest,
                           i);
        ret_labels[i] = (uint16_t)label;
    }
    return 0;
}

static int load_labels(const struct array *array, const struct array *pictures,
                       const struct array_classes *classes, struct split *split, struct err *err)
{
    MEM_NEW(split->labels, split->n);
    return array_labels(array, split->n, str_text(&pictures->path), classes, split->labels, err);
}

int array_load(struct array parts[ARRAY_PARTS], const struct array_classes *known,
               struct dataset *data, struct err *err)
{
    struct array *train = &parts[TRAIN_PICTURES], *test = &parts[TEST_PICTURES];
    const struct array *train_labels = &parts[TRAIN_LABELS], *test_labels = &parts[TEST_LABELS];
    struct array_classes classes = {0, 1}; /* from 1 where no label is 0 */
    if (check_labels(train_labels, train->dims[0], str_text(&train->path), err) ||
        check_labels(test_labels, test->dims[0], str_text(&test->path), err) ||
        load_pictures(train, NULL, data, &data->train, err) ||
        load_pictures(test, train, data, &data->test, err))
        return -1;
    if (known)
        classes = *known;
    else if (find_classes(train_labels, &classes, err) || find_classes(test_labels, &classes, err))
        return -1;
    else
        classes.count -= classes.lowest;
    if (classes.count > DATA_MAX_CLASSES)
        return err_set(err, "%s: expected at most %d classes, found labels from 0 to %d",
                       str_text(&train_labels->path), DATA_MAX_CLASSES, classes.count - 1);
    data->classes = classes.count;
    return load_labels(train_labels, train, &classes, &data->train, err) ||
                   load_labels(test_labels, test, &classes, &data->test, err)
               ? -1
               : 0;
}
