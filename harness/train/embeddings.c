#include "harness/train/embeddings.h"

#include "harness/data/npy.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int check(const struct array *array, size_t n, struct err *err)
{
    const bool native = array->big_endian == (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__);
    if (array->kind != 'f' || (array->item != sizeof(float) && array->item != sizeof(double)) ||
        !native)
        return array_refuse_element(array, "float32 or float64 in this machine's order",
                                    "convert it (array.astype('float32'))", err);
    char expected[128];
    snprintf(expected, sizeof expected, "%zu x width, a row for each sample of the training file",
             n);
    if (array->rank != 2 || array->dims[0] != n || array->dims[1] == 0)
        return array_refuse_shape(array, expected, err);
    return 0;
}

static double value_at(const struct array *array, size_t i, size_t j)
{
    const size_t place = array->columns ? j * array->dims[0] + i : i * array->dims[1] + j;
    const uint8_t *bytes = array->bytes + array->start + place * array->item;
    float narrow;
    double wide;
    if (array->item == sizeof wide) {
        memcpy(&wide, bytes, sizeof wide);
        return wide;
    }
    memcpy(&narrow, bytes, sizeof narrow);
    return (double)narrow;
}

int embeddings_read(const char *path, const struct dataset *data, float **ret_rows,
                    size_t *ret_width, struct err *err)
{
    struct array array = {0};
    struct loader_file file;
    float *rows = NULL;
    if (loader_open_path(path, &file, err))
        return err_prefix(err, "embeddings: ");
    int failed = npy_read(&file, &array, err) || check(&array, data->train_file_n, err);
    loader_file_release(&file);
    const size_t width = array.dims[1];
    if (!failed)
        MEM_NEW(rows, mem_size(data->train.n, width));
    for (size_t i = 0; i < data->train.n && !failed; i++)
        for (size_t j = 0; j < width && !failed; j++) {
            const uint32_t origin = data->train.origin[i];
            rows[i * width + j] = (float)value_at(&array, origin, j);
            if (!isfinite(rows[i * width + j]))
                failed = err_set(err,
                                 "%s: expected finite numbers, found another in row %u, column "
                                 "%zu",
                                 path, origin, j);
        }
    array_release(&array, 1);
    if (failed) {
        mem_free(rows);
        return err_prefix(err, "embeddings: ");
    }
    *ret_rows = rows;
    *ret_width = width;
    return 0;
}
