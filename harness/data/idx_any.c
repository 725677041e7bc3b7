/*
 * idx: anybody's pictures in IDX files, whose headers say how large and how many they are.
 *
 * A header is `00 00 type rank` and rank big-endian 32-bit numbers. The files are found by their
 * names, as they are published: one with `train` and `images` in it, one with `train` and
 * `labels`, and two with `test` or `t10k`; a `prefix` chooses where several sets lie in one folder.
 *
 * Worked example: QMNIST (Yadav & Bottou 2019) comes as qmnist-train-images-idx3-ubyte.gz, which
 * begins 00 00 08 03, and qmnist-train-labels-idx2-int.gz, which begins 00 00 0c 02 00 00 ea 60
 * 00 00 00 08: 60,000 x 8 32-bit numbers, of which the first of each 8 is the class.
 */
#include "base/folder.h"
#include "harness/data/idx.h"

#include <string.h>

enum {
    QMNIST_COLUMNS =
        8, /* class, NIST's series, writer, digit, global and local class, two unused */
};

struct idx_options {
    struct data_spec common;
    const char *path;
    const char *prefix;
    bool transposed;
};

static const struct option options[] = {
    LOADER_OPTIONS,
    LOADER_PATH(struct idx_options, "idx", "its folder, below data_dir"),
    OPTION_STRING(struct idx_options, prefix,
                  "how its files' names begin, where a folder has several sets"),
    OPTION_BOOL(struct idx_options, transposed, "false",
                "pictures are stored column by column, as EMNIST's"),
    OPTION_END,
};

static const char *path_of(const void *values)
{
    const struct idx_options *o = values;
    return o->path;
}

/* ---- Which file is which ----------------------------------------------------------------------*/

static bool is_part(const char *name, const char *prefix, enum array_part part)
{
    const bool test = strstr(name, "test") || strstr(name, "t10k");
    const bool of_train = part == TRAIN_PICTURES || part == TRAIN_LABELS;
    const bool of_pictures = part == TRAIN_PICTURES || part == TEST_PICTURES;
    return strncmp(name, prefix, strlen(prefix)) == 0 && strstr(name, "idx") &&
           strstr(name, of_pictures ? "images" : "labels") &&
           (of_train ? strstr(name, "train") && !test : test);
}

static void keep(struct str *kept, const struct str *name)
{
    str_clear(kept);
    str_add(kept, str_text(name));
}

/* The name of a part's file, without `.gz`. */
static int find_part(const char *folder, const char *prefix, enum array_part part,
                     struct str *ret_name, struct err *err)
{
    struct folder entries = {0};
    struct str name = {0}, last = {0};
    for (const char *entry; (entry = folder_next(&entries, folder));) {
        if (!is_part(entry, prefix, part))
            continue;
        const size_t length = strlen(entry);
        str_clear(&name);
        str_add_bytes(&name, entry,
                      length > 3 && strcmp(entry + length - 3, ".gz") == 0 ? length - 3 : length);
        if (!last.length || strcmp(str_text(&name), str_text(ret_name)) < 0)
            keep(ret_name, &name);
        if (strcmp(str_text(&name), str_text(&last)) > 0)
            keep(&last, &name);
    }
    int failed = folder_close(&entries, folder, err);
    if (!failed && !last.length)
        failed = err_set(err, "%s: expected a file '%s...%s...%s...idx...', found none", folder,
                         prefix, part < TEST_PICTURES ? "train" : "test",
                         part == TRAIN_PICTURES || part == TEST_PICTURES ? "images" : "labels");
    else if (!failed && strcmp(str_text(ret_name), str_text(&last)) != 0)
        failed = err_set(err, "%s has %s and %s: choose a set by the prefix of its files' names",
                         folder, str_text(ret_name), str_text(&last));
    STR_RELEASE(&name, &last);
    return failed;
}

static int read_part(const char *folder, const char *prefix, enum array_part part,
                     struct array *array, struct err *err)
{
    struct str name = {0};
    const int failed = find_part(folder, prefix, part, &name, err) ||
                       idx_read(folder, str_text(&name), array, err);
    if (!failed && array->kind == 'i' && array->item == 4)
        array->label_columns = QMNIST_COLUMNS;
    str_release(&name);
    return failed;
}

static int load(const void *values, const char *folder, struct dataset *data, struct err *err)
{
    const struct idx_options *o = values;
    struct array parts[ARRAY_PARTS] = {0};
    int failed = 0;
    for (enum array_part part = 0; part < ARRAY_PARTS && !failed; part++)
        failed = read_part(folder, o->prefix ? o->prefix : "", part, &parts[part], err);
    parts[TRAIN_PICTURES].transposed = parts[TEST_PICTURES].transposed = o->transposed;
    if (!failed)
        failed = array_load(parts, NULL, data, err);
    array_release(parts, ARRAY_PARTS);
    return failed ? -1 : 0;
}

const struct dataset_type idx_dataset = {
    .name = "idx",
    .help = "anybody's pictures in IDX files, as MNIST's: any size, any classes",
    .source = "whoever made it: four files in the folder that `path` names",
    KIND_OPTIONS(struct idx_options, options),
    .path = path_of,
    .load = load,
};
