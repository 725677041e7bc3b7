#include "harness/data/given.h"

#include "base/folder.h"
#include "harness/data/npy.h"

#include <string.h>

/* The numbers of a text, one a line, as an array of int64. */
static int read_lines(struct loader_file *file, struct array *array, struct err *err)
{
    const char *path = str_text(&file->path);
    struct str text = {0}, line = {0};
    int64_t *numbers = NULL;
    size_t n = 0;
    int failed = 0;
    str_add_bytes(&text, (const char *)file->bytes, file->size);
    for (const char *at = str_text(&text); !failed && str_next(&line, &at, "\n"); n++) {
        str_trim(&line, " \t\r");
        MEM_ROOM(numbers, n);
        if (!str_parse_int(str_text(&line), &numbers[n]))
            failed = err_set(err, "%s:%zu: expected a label, a whole number, found '%.40s'", path,
                             n + 1, str_text(&line));
    }
    STR_RELEASE(&text, &line);
    str_add(&array->path, path);
    array->kind = 'i';
    array->item = sizeof *numbers;
    array->big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
    array->rank = 1;
    array->dims[0] = n;
    array->bytes = (uint8_t *)numbers;
    return failed;
}

static int read_array(const char *path, struct array *array, struct err *err)
{
    const char *slash = strrchr(path, '/');
    struct loader_file file;
    struct str folder = {0};
    folder_of(path, &folder);
    int failed = loader_open_any(str_text(&folder), slash ? slash + 1 : path, &file, err);
    str_release(&folder);
    if (failed)
        return -1;
    if (npy_begins(&file))
        failed = npy_read(&file, array, err);
    else
        failed = loader_rest(&file, err) || read_lines(&file, array, err) ? -1 : 0;
    loader_file_release(&file);
    return failed;
}

int given_read(const struct dataset *data, const char *name, const char *const *dirs,
               uint16_t **ret_labels, struct err *err)
{
    const struct array_classes classes = {.count = data->classes};
    struct array array = {0};
    struct str path = {0};
    uint16_t *labels;
    if (dataset_find_path(name, dirs, &path, err))
        return err_prefix(err, "labels: ");
    MEM_NEW(labels, data->train_file_n);
    const int failed =
        read_array(str_text(&path), &array, err) ||
        array_labels(&array, data->train_file_n, "the training set", &classes, labels, err);
    array_release(&array, 1);
    str_release(&path);
    if (failed) {
        mem_free(labels);
        return err_prefix(err, "labels: ");
    }
    *ret_labels = labels;
    return 0;
}

void given_apply(const uint16_t *labels, struct split *split)
{
    REQUIRE(!split->flipped);
    MEM_NEW(split->flipped, split->n);
    for (size_t i = 0; i < split->n; i++) {
        const uint16_t label = labels[split->origin[i]];
        split->flipped[i] = label != split->labels[i];
        split->flipped_count += split->flipped[i];
        split->labels[i] = label;
    }
}
