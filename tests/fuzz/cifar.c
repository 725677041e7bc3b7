#include "tests/fuzz/fuzz.h"

enum { RECORD10 = 1 + 3072, RECORD100 = 2 + 3072, TRAIN = 5 };
static const uint8_t zeros[TRAIN * RECORD100];
static const char names10[] = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";

static const struct fuzz_data files[] = {
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

int fuzz_cifar(const uint8_t *bytes, size_t size)
{
    fuzz_load(files, sizeof files / sizeof *files, bytes, size);
    return 0;
}
