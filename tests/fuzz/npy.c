#include "tests/fuzz/fuzz.h"

static const char pictures[] = "\x93NUMPY\1\0H\0{'descr': '|u1', 'fortran_order': False, "
                               "'shape': (1, 2, 2), }         \n\1\2\3";
static const char labels[] =
    "\x93NUMPY\1\0H\0{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }              \n\1"
    "\0\0\0\0\0\0";

/* The NUL behind a text is its last byte. */
static const struct fuzz_data files[] = {
    {"npz", "train_images.npy", pictures, sizeof pictures},
    {"npz", "train_labels.npy", labels, sizeof labels},
    {"npz", "test_images.npy", pictures, sizeof pictures},
    {"npz", "test_labels.npy", labels, sizeof labels},
};

int fuzz_npy(const uint8_t *bytes, size_t size)
{
    fuzz_load(files, sizeof files / sizeof *files, bytes, size);
    return 0;
}
