#include "harness/data/data.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { PICTURES = 16 + 28 * 28, LABELS = 8 + 1 };
static const uint8_t pictures[PICTURES] = {0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, 0, 28};
static const uint8_t labels[LABELS] = {0, 0, 8, 1, 0, 0, 0, 1, 7};

static const struct file {
    const char *name;
    const uint8_t *bytes;
    size_t size;
} files[] = {
    {"train-images-idx3-ubyte", pictures, PICTURES},
    {"train-labels-idx1-ubyte", labels, LABELS},
    {"t10k-images-idx3-ubyte", pictures, PICTURES},
    {"t10k-labels-idx1-ubyte", labels, LABELS},
};
enum { FILES = sizeof files / sizeof *files };

/* The first byte says which of the four files the others are; zlib unpacks them under any name. */
int fuzz_idx(const uint8_t *bytes, size_t size)
{
    static bool written;
    for (size_t i = 0; i < FILES && !written; i++)
        fuzz_put(files[i].name, files[i].bytes, files[i].size);
    written = true;
    if (size == 0)
        return 0;
    const struct file *file = &files[bytes[0] % FILES];
    fuzz_load(dataset_find("mnist"), file->name, bytes + 1, size - 1);
    fuzz_put(file->name, file->bytes, file->size);
    return 0;
}
