/*
 * idx: MNIST, Fashion-MNIST and KMNIST, in the IDX format of LeCun, Cortes and Burges.
 *
 * Four files, big-endian: pictures are `00 00 08 03, n, rows, columns` and n x rows x columns
 * bytes; labels are `00 00 08 01, n` and n bytes. 00 00 is fixed, 08 means unsigned bytes, the last
 * byte of the magic number counts the dimensions.
 *
 * Worked example: t10k-images-idx3-ubyte begins 00 00 08 03 00 00 27 10 00 00 00 1c 00 00 00 1c
 * (10,000 pictures of 28 x 28) and is 16 + 7,840,000 bytes long.
 *
 * All three use the same file names, shapes and counts. A folder of one taken for another would
 * train happily and be labelled wrong, so the first labels, where they are known, are looked at: a
 * set of the published size with labels that are none's is noted.
 *
 * Limits: 28 x 28 only; any number of samples, as the files say. Other sizes, and whatever else is
 * in IDX files: idx_any.c.
 */
#include "harness/data/idx.h"

#include <string.h>

enum {
    SIDE = 28,
    PUBLISHED = 60000, /* training samples of each */
    BYTES = 8,         /* the type of unsigned bytes */
    IMAGES = 0x803,    /* magic numbers */
    LABELS = 0x801,
};

static const char *const files[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                    "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte", NULL};

/* The second and third of the folders are where torchvision puts the files, below its root and
   below its own folder. */
static const char *const fashion_folders[] = {"fashion-mnist", "FashionMNIST/raw", "raw", NULL};
static const char *const digits_folders[] = {"mnist", "MNIST/raw", "raw", NULL};
static const char *const kuzushiji_folders[] = {"kmnist", "KMNIST/raw", "raw", NULL};
static const char *const clothes[] = {"T-shirt/top", "trouser", "pullover", "dress", "coat",
                                      "sandal",      "shirt",   "sneaker",  "bag",   "ankle boot"};
static const char *const numerals[] = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
static const char *const kana[] = {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"};
static const struct idx_set fashion = {
    .layout = {.folders = fashion_folders, .files = files},
    .name = "fashion-mnist",
    .class_names = clothes,
    .classes = 10,
    .known = true,
    .first_labels = {9, 0, 0, 3, 0, 2, 7, 2, 5, 5},
};

static const struct idx_set digits = {
    .layout = {.folders = digits_folders, .files = files},
    .name = "mnist",
    .class_names = numerals,
    .classes = 10,
    .known = true,
    .first_labels = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4},
};

static const struct idx_set kuzushiji = {
    .layout = {.folders = kuzushiji_folders, .files = files},
    .name = "kmnist",
    .class_names = kana,
    .classes = 10,
};

static const struct idx_set *const sets[] = {&fashion, &digits, &kuzushiji};

#define DIGITS_AT "https://storage.googleapis.com/cvdf-datasets/mnist/"

/* Checksums as published. */
static const struct origin_file fashion_files[] = {
    {.name = "train-images-idx3-ubyte.gz", .sum = "8d4fb7e6c68d591d4c3dfef9ec88bf0d"},
    {.name = "train-labels-idx1-ubyte.gz", .sum = "25c81989df183df01b3e8a0aad5dffbe"},
    {.name = "t10k-images-idx3-ubyte.gz", .sum = "bef4ecab320f06d8554ea6380940ec79"},
    {.name = "t10k-labels-idx1-ubyte.gz", .sum = "bb300cfdad3c16e7a12a480ee83cd310"},
    {0},
};
static const struct dataset_origin fashion_origin = {
    .base = "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/", .files = fashion_files};

static const struct origin_file digits_files[] = {
    {.name = "train-images-idx3-ubyte.gz", .sum = "f68b3c2dcbeaaa9fbdd348bbdeb94873"},
    {.name = "train-labels-idx1-ubyte.gz", .sum = "d53e105ee54ea40749a09fcbcd1e9432"},
    {.name = "t10k-images-idx3-ubyte.gz", .sum = "9fb629c4189551a2d022fa330f9573f3"},
    {.name = "t10k-labels-idx1-ubyte.gz", .sum = "ec29112dd5afa0611ce80d1b7f02629c"},
    {0},
};
static const struct dataset_origin digits_origin = {.base = DIGITS_AT, .files = digits_files};

#define KUZUSHIJI_AT "http://codh.rois.ac.jp/kmnist/dataset/kmnist/"
static const struct origin_file kuzushiji_files[] = {
    {.name = "train-images-idx3-ubyte.gz", .sum = "bdb82020997e1d708af4cf47b453dcf7"},
    {.name = "train-labels-idx1-ubyte.gz", .sum = "e144d726b3acfaa3e44228e80efcd344"},
    {.name = "t10k-images-idx3-ubyte.gz", .sum = "5c965bf0a639b31b8f53240b1b52f4d7"},
    {.name = "t10k-labels-idx1-ubyte.gz", .sum = "7320c461ea6c1c855c0b718fb2a4b134"},
    {0},
};
static const struct dataset_origin kuzushiji_origin = {.base = KUZUSHIJI_AT,
                                                       .files = kuzushiji_files};

static uint32_t big_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static uint32_t little_endian(const uint8_t *bytes)
{
    return (uint32_t)bytes[3] << 24 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[1] << 8 | bytes[0];
}

/* What the third byte says that the elements are. */
struct element {
    uint8_t type;
    char kind; /* of a struct array */
    uint8_t item;
    const char *name;
};
static const struct element elements[] = {
    {BYTES, 'u', 1, "unsigned bytes"},  {0x09, 'i', 1, "signed bytes"},
    {0x0b, 'i', 2, "16-bit numbers"},   {0x0c, 'i', 4, "32-bit numbers"},
    {0x0d, 'f', 4, "32-bit fractions"}, {0x0e, 'f', 8, "64-bit fractions"},
};

static const struct element *element_of(uint8_t type)
{
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (elements[i].type == type)
            return &elements[i];
    return NULL;
}

static int wrong_order(const char *path, struct err *err)
{
    return err_set(err,
                   "%s: the numbers of its header have their lowest byte first: IDX has the "
                   "highest first (big-endian), write it so",
                   path);
}

/* What a file must have: magic 0 is arrays of any kind. */
struct wanted {
    const char *what;
    uint32_t magic;
};
static const struct wanted pictures = {"IDX pictures", IMAGES}, labels = {"IDX labels", LABELS},
                           anything = {"IDX data", 0};

static bool is_array(uint32_t magic)
{
    return magic >> 16 == 0 && element_of((uint8_t)(magic >> 8)) && (magic & 0xff) > 0 &&
           (magic & 0xff) <= ARRAY_DIMS;
}

static int check_magic(const struct loader_file *file, const struct wanted *wanted, struct err *err)
{
    const char *path = str_text(&file->path);
    const uint32_t found = big_endian(file->bytes), reversed = little_endian(file->bytes);
    const struct element *element = element_of(file->bytes[2]);
    if (wanted->magic ? found == wanted->magic : is_array(found))
        return 0;
    if (wanted->magic ? reversed == wanted->magic : is_array(reversed))
        return wrong_order(path, err);
    if (!wanted->magic)
        return err_set(err,
                       "%s: expected %s of 1 to %d dimensions (magic number 0x0000TTDD), found "
                       "0x%08x",
                       path, wanted->what, ARRAY_DIMS, found);
    if (found >> 16 == 0 && element && (found & 0xff) == (wanted->magic & 0xff))
        return err_set(err,
                       "%s: expected %s that are unsigned bytes (type 0x08), found %s (type "
                       "0x%02x): write them as bytes",
                       path, wanted->what, element->name, element->type);
    return err_set(err, "%s: expected %s (magic number 0x%08x), found 0x%08x%s", path, wanted->what,
                   wanted->magic, found,
                   found == IMAGES   ? ", which is of pictures"
                   : found == LABELS ? ", which is of labels"
                                     : "");
}

/* Pictures of the wanted kind are 28 x 28. */
static int check_sides(const struct loader_file *file, struct err *err)
{
    const char *path = str_text(&file->path);
    for (size_t at = 8; at < 16; at += 4)
        if (little_endian(file->bytes + at) == SIDE)
            return wrong_order(path, err);
        else if (big_endian(file->bytes + at) != SIDE)
            return err_set(err, "%s: expected pictures of %d x %d, found %u x %u", path, SIDE, SIDE,
                           big_endian(file->bytes + 8), big_endian(file->bytes + 12));
    return 0;
}

/* Fills in all of the array but its elements. */
static int read_header(const struct loader_file *file, const struct wanted *wanted,
                       struct array *array, struct err *err)
{
    const char *path = str_text(&file->path);
    const size_t rank = wanted->magic ? wanted->magic & 0xff : file->size > 3 ? file->bytes[3] : 1;
    const size_t header = 4 + 4 * rank;
    if (file->size >= 4 && !wanted->magic && check_magic(file, wanted, err))
        return -1;
    if (file->size < header)
        return err_set(err, "%s: expected %s with a header of %zu bytes, found %zu bytes in all",
                       path, wanted->what, header, file->size);
    if (check_magic(file, wanted, err))
        return -1;
    if (big_endian(file->bytes + 4) == 0)
        return err_set(err, "%s: expected %s, found a header that says there are none", path,
                       wanted->what);
    if (wanted->magic == IMAGES && check_sides(file, err))
        return -1;
    const struct element *element = element_of(file->bytes[2]);
    array->kind = element->kind;
    array->item = element->item;
    array->big_endian = true;
    array->rank = (int)rank;
    for (size_t d = 0; d < rank; d++)
        array->dims[d] = big_endian(file->bytes + 4 + 4 * d);
    array->start = header;
    return 0;
}

/* Reads as many bytes as the header says, and no more. */
static int read_elements(struct loader_file *file, const struct wanted *wanted,
                         const struct array *array, struct err *err)
{
    const char *path = str_text(&file->path);
    const size_t count = array_count(array), expected = array->start + count * array->item;
    if (count > ARRAY_LARGEST || expected > ARRAY_LARGEST)
        return err_set(err,
                       "%s: expected at most %lld bytes, found a header that says %zu (%zu of %s)",
                       path, ARRAY_LARGEST, expected, array->dims[0], wanted->what);
    if (loader_more(file, expected + 1, err))
        return -1;
    if (file->size != expected)
        return err_set(
            err, "%s: %s: expected %zu bytes as the header says (%zu of %s), found %s%zu", path,
            file->size < expected ? "cut short" : "too long", expected, array->dims[0],
            wanted->what, file->size < expected ? "" : "at least ", file->size);
    return 0;
}

static int read_array(const char *folder, const char *name, const struct wanted *wanted,
                      struct array *array, struct err *err)
{
    struct loader_file file;
    if (loader_open(folder, name, &file, err))
        return -1;
    const int failed =
        read_header(&file, wanted, array, err) || read_elements(&file, wanted, array, err);
    array->path = file.path;
    array->bytes = file.bytes;
    file.path = (struct str){0};
    file.bytes = NULL;
    loader_file_release(&file);
    return failed;
}

int idx_read(const char *folder, const char *name, struct array *ret_array, struct err *err)
{
    return read_array(folder, name, &anything, ret_array, err);
}

static bool begins_like(const struct split *train, const struct idx_set *set)
{
    return set->known && train->n >= IDX_KNOWN &&
           memcmp(train->labels, set->first_labels, sizeof set->first_labels) == 0;
}

static void note_stranger(struct dataset *data, const struct idx_set *set)
{
    struct str begin = {0}, published = {0};
    for (size_t i = 0; i < IDX_KNOWN; i++) {
        str_addf(&begin, "%d ", data->train.labels[i]);
        str_addf(&published, "%d ", set->first_labels[i]);
    }
    data->note = arena_printf(&data->arena,
                              "not the published %s, although of its size: the training labels "
                              "begin %sand not %s(KMNIST and others come under the same file "
                              "names); results will be called %s",
                              set->name, str_text(&begin), str_text(&published), set->name);
    STR_RELEASE(&begin, &published);
}

int idx_load(const void *options, const char *folder, struct dataset *data, struct err *err)
{
    (void)options;
    const struct idx_set *set = (const void *)data->type->layout;
    const struct array_classes classes = {set->classes, set->lowest};
    struct array parts[ARRAY_PARTS] = {0};
    int failed = 0;
    for (size_t i = 0; i < ARRAY_PARTS && !failed; i++) {
        failed =
            read_array(folder, set->layout.files[i], i % 2 ? &labels : &pictures, &parts[i], err);
        parts[i].transposed = set->transposed;
    }
    if (!failed)
        failed = array_load(parts, &classes, data, err);
    array_release(parts, ARRAY_PARTS);
    for (size_t i = 0; i < sizeof sets / sizeof *sets && !failed && set->layout.files == files; i++)
        if (sets[i] != set && begins_like(&data->train, sets[i]))
            failed = err_set(err, "%s: expected %s, found %s, whose files have the same names",
                             folder, set->name, sets[i]->name);
    if (!failed && data->train.n == PUBLISHED && set->known && !begins_like(&data->train, set))
        note_stranger(data, set);
    data->class_names = set->class_names;
    return failed ? -1 : 0;
}

const struct dataset_type fashion_mnist_dataset = {
    .name = "fashion-mnist",
    .help = "60,000 + 10,000 grey pictures of clothes, 28 x 28, 10 classes (Xiao et al. 2017)",
    .source = "Debian's package dataset-fashion-mnist (apt install dataset-fashion-mnist), or by "
              "winnow fetch fashion-mnist",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &fashion.layout,
    .origin = &fashion_origin,
    .load = idx_load,
};

const struct dataset_type mnist_dataset = {
    .name = "mnist",
    .help = "60,000 + 10,000 handwritten digits, 28 x 28, 10 classes (LeCun et al. 1998)",
    .source = DIGITS_AT " (four .gz files: winnow fetch mnist)",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &digits.layout,
    .origin = &digits_origin,
    .load = idx_load,
};

const struct dataset_type kmnist_dataset = {
    .name = "kmnist",
    .help = "60,000 + 10,000 handwritten kuzushiji, 28 x 28, 10 classes (Clanuwat et al. 2018)",
    .source = KUZUSHIJI_AT " (four .gz files: winnow fetch kmnist)",
    KIND_OPTIONS(struct data_spec, loader_options),
    .layout = &kuzushiji.layout,
    .origin = &kuzushiji_origin,
    .load = idx_load,
};
