#include "tests/fuzz/fuzz.h"

enum { PICTURES = 16 + 28 * 28, LABELS = 8 + 1 };
static const uint8_t pictures[PICTURES] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28};
static const uint8_t labels[LABELS] = {0, 0, 8, 1, 0, 0, 0, 1, 7};

static const struct fuzz_data files[] = {
    {"mnist", "train-images-idx3-ubyte", pictures, PICTURES},
    {"mnist", "train-labels-idx1-ubyte", labels, LABELS},
    {"mnist", "t10k-images-idx3-ubyte", pictures, PICTURES},
    {"mnist", "t10k-labels-idx1-ubyte", labels, LABELS},
};

int fuzz_idx(const uint8_t *bytes, size_t size)
{
    fuzz_load(files, sizeof files / sizeof *files, bytes, size);
    return 0;
}
