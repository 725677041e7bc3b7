#include "tests/fuzz/fuzz.h"

enum { PICTURES = 16 + 2 * 2, LABELS = 12 + 8 * 4 };
static const uint8_t pictures[PICTURES] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 2};
static const uint8_t labels[LABELS] = {0, 0, 12, 2, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 7};

static const struct fuzz_data files[] = {
    {"idx", "train-images-idx3-ubyte", pictures, PICTURES},
    {"idx", "train-labels-idx2-int", labels, LABELS},
    {"idx", "t10k-images-idx3-ubyte", pictures, PICTURES},
    {"idx", "t10k-labels-idx2-int", labels, LABELS},
};

int fuzz_idx_any(const uint8_t *bytes, size_t size)
{
    fuzz_load(files, sizeof files / sizeof *files, bytes, size);
    return 0;
}
