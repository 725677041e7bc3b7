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
 * Limits: 28 x 28 only; any number of samples, as the files say.
 */
#include "harness/data/idx.h"

#include <string.h>

enum {
    SIDE = 28,
    PICTURE = SIDE * SIDE,
    PUBLISHED = 60000, /* training samples of each */
    IMAGES = 0x803,    /* magic numbers, and the lengths of their headers */
    LABELS = 0x801,
    IMAGES_HEADER = 16,
    LABELS_HEADER = 8,
    LARGEST = 1 << 30, /* bytes of a file, twenty times the published */
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
static const char *element_name(uint8_t type)
{
    return type == 0x09   ? "signed bytes"
           : type == 0x0b ? "16-bit numbers"
           : type == 0x0c ? "32-bit numbers"
           : type == 0x0d ? "32-bit fractions"
           : type == 0x0e ? "64-bit fractions"
                          : NULL;
}

static int wrong_order(const char *path, struct err *err)
{
    return err_set(err,
                   "%s: the numbers of its header have their lowest byte first: IDX has the "
                   "highest first (big-endian), write it so",
                   path);
}

static int check_magic(const struct loader_file *file, const char *what, uint32_t magic,
                       struct err *err)
{
    const char *path = str_text(&file->path);
    const uint32_t found = big_endian(file->bytes);
    const char *elements = element_name(file->bytes[2]);
    if (found == magic)
        return 0;
    if (little_endian(file->bytes) == magic)
        return wrong_order(path, err);
    if (found >> 16 == 0 && elements && (found & 0xff) == (magic & 0xff))
        return err_set(err,
                       "%s: expected %s that are unsigned bytes (type 0x08), found %s (type "
                       "0x%02x): write them as bytes",
                       path, what, elements, file->bytes[2]);
    return err_set(err, "%s: expected %s (magic number 0x%08x), found 0x%08x%s", path, what, magic,
                   found,
                   found == IMAGES   ? ", which is of pictures"
                   : found == LABELS ? ", which is of labels"
                                     : "");
}

/* Checks magic and sides; ret_n: the first dimension. header: its bytes. */
static int check_header(const struct loader_file *file, const char *what, uint32_t magic,
                        size_t header, size_t *ret_n, struct err *err)
{
    const char *path = str_text(&file->path);
    if (file->size < header)
        return err_set(err, "%s: expected %s with a header of %zu bytes, found %zu bytes in all",
                       path, what, header, file->size);
    if (check_magic(file, what, magic, err))
        return -1;
    const uint32_t n = big_endian(file->bytes + 4);
    if (n == 0)
        return err_set(err, "%s: expected %s, found a header that says there are none", path, what);
    for (size_t at = 8; at < header; at += 4)
        if (little_endian(file->bytes + at) == SIDE)
            return wrong_order(path, err);
        else if (big_endian(file->bytes + at) != SIDE)
            return err_set(err, "%s: expected pictures of %d x %d, found %u x %u", path, SIDE, SIDE,
                           big_endian(file->bytes + 8), big_endian(file->bytes + 12));
    *ret_n = n;
    return 0;
}

/* Opens and checks the file, and reads as many bytes as its header says, and no more. item: bytes
 * of one. */
static int read_idx(const char *folder, const char *name, const char *what, uint32_t magic,
                    size_t item, struct loader_file *file, size_t *ret_n, struct err *err)
{
    const size_t header = magic == IMAGES ? IMAGES_HEADER : LABELS_HEADER;
    if (loader_open(folder, name, file, err) || check_header(file, what, magic, header, ret_n, err))
        return -1;
    const char *path = str_text(&file->path);
    const uint64_t expected = header + (uint64_t)*ret_n * item;
    if (expected > LARGEST)
        return err_set(err,
                       "%s: expected at most %d bytes, found a header that says %llu (%zu of %s)",
                       path, LARGEST, (unsigned long long)expected, *ret_n, what);
    if (loader_more(file, expected + 1, err))
        return -1;
    if (file->size != expected)
        return err_set(
            err, "%s: %s: expected %llu bytes as the header says (%zu of %s), found %s%zu", path,
            file->size < expected ? "cut short" : "too long", (unsigned long long)expected, *ret_n,
            what, file->size < expected ? "" : "at least ", file->size);
    return 0;
}

/* And counts them from 0. */
static int check_labels(struct loader_file *file, const struct idx_set *set, struct err *err)
{
    const int lowest = set->lowest, highest = lowest + set->classes - 1;
    for (size_t i = LABELS_HEADER; i < file->size; i++) {
        const int label = file->bytes[i];
        if (label < lowest || label > highest)
            return err_set(err, "%s: expected labels from %d to %d, found %d at position %zu",
                           str_text(&file->path), lowest, highest, label, i - LABELS_HEADER);
        file->bytes[i] = (uint8_t)(label - lowest);
    }
    return 0;
}

/* Rows become columns. */
static void transpose(struct split *split)
{
    for (uint8_t *picture = split->pixels; picture < split->pixels + split->n * PICTURE;
         picture += PICTURE)
        for (size_t y = 0; y < SIDE; y++)
            for (size_t x = 0; x < y; x++) {
                const uint8_t value = picture[y * SIDE + x];
                picture[y * SIDE + x] = picture[x * SIDE + y];
                picture[x * SIDE + y] = value;
            }
}

/* Takes the file's memory over, without its header. */
static uint8_t *take_bytes(struct loader_file *file, size_t header)
{
    uint8_t *bytes = file->bytes;
    memmove(bytes, bytes + header, file->size - header);
    file->bytes = NULL;
    return bytes;
}

/* names: of the pictures, of the labels. */
static int load_split(const struct idx_set *set, const char *folder, const char *const *names,
                      struct split *split, struct err *err)
{
    struct loader_file images = {0}, labels = {0};
    size_t n = 0, label_count = 0;
    int failed = read_idx(folder, names[0], "IDX pictures", IMAGES, PICTURE, &images, &n, err) ||
                 read_idx(folder, names[1], "IDX labels", LABELS, 1, &labels, &label_count, err) ||
                 check_labels(&labels, set, err);
    if (!failed && label_count != n)
        failed = err_set(err, "%s: expected %zu labels, one for each picture in %s, found %zu",
                         str_text(&labels.path), n, names[0], label_count);
    if (!failed) {
        split->n = n;
        split->pixels = take_bytes(&images, IMAGES_HEADER);
        split->labels = take_bytes(&labels, LABELS_HEADER);
        if (set->transposed)
            transpose(split);
    }
    loader_file_release(&images);
    loader_file_release(&labels);
    return failed ? -1 : 0;
}

static bool begins_like(const struct split *train, const struct idx_set *set)
{
    return set->known && train->n >= IDX_KNOWN &&
           memcmp(train->labels, set->first_labels, IDX_KNOWN) == 0;
}

static void note_stranger(struct dataset *data, const struct idx_set *set)
{
    struct str labels = {0}, published = {0};
    for (size_t i = 0; i < IDX_KNOWN; i++) {
        str_addf(&labels, "%d ", data->train.labels[i]);
        str_addf(&published, "%d ", set->first_labels[i]);
    }
    data->note = arena_printf(&data->arena,
                              "not the published %s, although of its size: the training labels "
                              "begin %sand not %s(KMNIST and others come under the same file "
                              "names); results will be called %s",
                              set->name, str_text(&labels), str_text(&published), set->name);
    STR_RELEASE(&labels, &published);
}

int idx_load(const void *options, const char *folder, struct dataset *data, struct err *err)
{
    (void)options;
    const struct idx_set *set = (const void *)data->type->layout;
    int failed = load_split(set, folder, set->layout.files, &data->train, err) ||
                 load_split(set, folder, set->layout.files + 2, &data->test, err);
    for (size_t i = 0; i < sizeof sets / sizeof *sets && !failed && set->layout.files == files; i++)
        if (sets[i] != set && begins_like(&data->train, sets[i]))
            failed = err_set(err, "%s: expected %s, found %s, whose files have the same names",
                             folder, set->name, sets[i]->name);
    if (!failed && data->train.n == PUBLISHED && set->known && !begins_like(&data->train, set))
        note_stranger(data, set);
    data->h = data->w = SIDE;
    data->c = 1;
    data->classes = set->classes;
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
