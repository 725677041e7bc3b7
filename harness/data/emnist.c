/*
 * emnist: the six sets of EMNIST (Cohen, Afshar, Tapson & van Schaik 2017, arXiv 1702.05373), which
 * divide and label NIST's handwritten digits and letters in different ways.
 *
 * Their files are IDX, with names of their own, so that all lie in one folder; NIST publishes them
 * in one archive. Pictures are stored a column after the other, and are turned as they are read, so
 * that a letter stands upright as MNIST's digits do. The labels of `letters` count from 1.
 */
#include "harness/data/idx.h"

#define EMNIST_AT "https://biometrics.nist.gov/cs_links/EMNIST/"

#define DIGITS "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"
#define CAPITALS                                                                                   \
    "A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N", "O", "P", "Q", "R", "S", \
        "T", "U", "V", "W", "X", "Y", "Z"
#define SMALL                                                                                      \
    "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q", "r", "s", \
        "t", "u", "v", "w", "x", "y", "z"
/* Those that do not look like their capital. */
#define SMALL_OF_THEIR_OWN "a", "b", "d", "e", "f", "g", "h", "n", "q", "r", "t"

static const char *const digits[] = {DIGITS};
static const char *const letters[] = {CAPITALS};
static const char *const all[] = {DIGITS, CAPITALS, SMALL};
static const char *const merged[] = {DIGITS, CAPITALS, SMALL_OF_THEIR_OWN};

static const char *const folders[] = {"emnist", "EMNIST/raw", "raw", NULL};

/* part: as in the names of the files. */
#define EMNIST(id, part, names, lowest_label, what)                                                \
    static const char *const id##_files[] = {                                                      \
        "emnist-" part "-train-images-idx3-ubyte", "emnist-" part "-train-labels-idx1-ubyte",      \
        "emnist-" part "-test-images-idx3-ubyte", "emnist-" part "-test-labels-idx1-ubyte", NULL}; \
    static const struct origin_file id##_members[] = {                                             \
        {.name = "emnist-" part "-train-images-idx3-ubyte.gz"},                                    \
        {.name = "emnist-" part "-train-labels-idx1-ubyte.gz"},                                    \
        {.name = "emnist-" part "-test-images-idx3-ubyte.gz"},                                     \
        {.name = "emnist-" part "-test-labels-idx1-ubyte.gz"},                                     \
        {0}};                                                                                      \
    static const struct origin_file id##_archive[] = {                                             \
        {.name = "gzip.zip", .sum = "58c8d27c78d21e728a6bc7b3cc06412e", .members = id##_members},  \
        {0}};                                                                                      \
    static const struct dataset_origin id##_origin = {.base = EMNIST_AT, .files = id##_archive};   \
    static const struct idx_set id##_set = {                                                       \
        .layout = {.folders = folders, .files = id##_files},                                       \
        .name = "emnist-" part,                                                                    \
        .class_names = (names),                                                                    \
        .classes = sizeof(names) / sizeof *(names),                                                \
        .lowest = (lowest_label),                                                                  \
        .transposed = true,                                                                        \
    };                                                                                             \
    const struct dataset_type id##_dataset = {                                                     \
        .name = "emnist-" part,                                                                    \
        .help = what ", 28 x 28 (Cohen et al. 2017)",                                              \
        .source = EMNIST_AT "gzip.zip, 536 MB, unpacked (winnow fetch emnist-" part ")",           \
        KIND_OPTIONS(struct data_spec, loader_options),                                            \
        .layout = &id##_set.layout,                                                                \
        .origin = &id##_origin,                                                                    \
        .load = idx_load,                                                                          \
    };

EMNIST(emnistbalanced, "balanced", merged, 0, "112,800 + 18,800 digits and letters, 47 classes")
EMNIST(emnistletters, "letters", letters, 1, "124,800 + 20,800 letters, 26 classes")
EMNIST(emnistdigits, "digits", digits, 0, "240,000 + 40,000 digits, 10 classes")
EMNIST(emnistmnist, "mnist", digits, 0, "60,000 + 10,000 digits, made anew from NIST's, 10 classes")
EMNIST(emnistbyclass, "byclass", all, 0, "697,932 + 116,323 digits and letters, 62 classes")
EMNIST(emnistbymerge, "bymerge", merged, 0, "697,932 + 116,323 digits and letters, 47 classes")
