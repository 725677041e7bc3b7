#include "harness/data/data.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { RECORD10 = 1 + 3072, RECORD100 = 2 + 3072, TRAIN = 5 };
static const uint8_t zeros[TRAIN * RECORD100];
static const char names10[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

static const struct file {
    const char *dataset, *name;
    const void *bytes;
    size_t size;
} files[] = {
    {"cifar10", "test_batch.bin", zeros, RECORD10},
    {"cifar10", "data_batch_1.bin", zeros, RECORD10},
    {"cifar10", "data_batch_2.bin", zeros, RECORD10},
    {"cifar10", "data_batch_3.bin", zeros, RECORD10},
    {"cifar10", "data_batch_4.bin", zeros, RECORD10},
    {"cifar10", "data_batch_5.bin", zeros, RECORD10},
    {"cifar10", "batches.meta.txt", names10, sizeof names10 - 1},
    {"cifar100", "test.bin", zeros, RECORD100},
    {"cifar100", "train.bin", zeros, TRAIN *RECORD100},
};
enum { FILES = sizeof files / sizeof *files };

/* The first byte says which of the files the others are; zlib unpacks them under any name. */
int fuzz_cifar(const uint8_t *bytes, size_t size)
{
    static bool written;
    for (size_t i = 0; i < FILES && !written; i++)
        fuzz_put(files[i].name, files[i].bytes, files[i].size);
    written = true;
    if (size == 0)
        return 0;
    const struct file *file = &files[bytes[0] % FILES];
    fuzz_load(dataset_find(file->dataset), file->name, bytes + 1, size - 1);
    fuzz_put(file->name, file->bytes, file->size);
    return 0;
}
