/*
 * npz: arrays of NumPy's, four in an archive or in a folder: pictures and labels to train on and to
 * test on, by MedMNIST's names (Yang et al. 2023) or by Keras's.
 *
 *     numpy.savez("mine.npz", train_images=x, train_labels=y, test_images=u, test_labels=v)
 *
 * Worked example: bloodmnist.npz has train_images (11959, 28, 28, 3), train_labels (11959, 1),
 * test_images, test_labels, and val_images and val_labels, which are not read: `val_fraction` sets
 * part of the training samples aside.
 */
#include "harness/data/npy.h"
#include "harness/data/zip.h"

#include <sys/stat.h>

struct npz_options {
    struct data_spec common;
    const char *path;
};

static const struct option options[] = {
    LOADER_OPTIONS,
    LOADER_PATH(struct npz_options, "data.npz",
                "the archive, or a folder of .npy files, below data_dir"),
    OPTION_END,
};

static const char *path_of(const void *values)
{
    const struct npz_options *o = values;
    return o->path;
}

enum { NAMES = 2 };
static const char *const names[ARRAY_PARTS][NAMES] = {
    [TRAIN_PICTURES] = {"train_images.npy", "x_train.npy"},
    [TRAIN_LABELS] = {"train_labels.npy", "y_train.npy"},
    [TEST_PICTURES] = {"test_images.npy", "x_test.npy"},
    [TEST_LABELS] = {"test_labels.npy", "y_test.npy"},
};

/* A place that has parts: an archive, or a folder where that is NULL. */
struct place {
    const char *path;
    struct zip *zip;
};

static bool has(const struct place *place, const char *name)
{
    return place->zip ? zip_has(place->zip, name) : loader_exists(place->path, name);
}

static int no_part(const struct place *place, const char *const *wanted, struct err *err)
{
    struct str text = {0};
    if (place->zip)
        zip_add_names(place->zip, &text);
    err_set(err, "%s: expected %s or %s in it, found %s", place->path, wanted[0], wanted[1],
            text.length ? str_text(&text) : "neither");
    str_release(&text);
    return -1;
}

static int read_part(const struct place *place, const char *const *wanted, struct array *array,
                     struct err *err)
{
    struct loader_file file;
    for (int i = 0; i < NAMES; i++)
        if (has(place, wanted[i])) {
            if (place->zip ? zip_member(place->zip, wanted[i], &file, err)
                           : loader_open_any(place->path, wanted[i], &file, err))
                return -1;
            const int failed = npy_read(&file, array, err);
            loader_file_release(&file);
            return failed;
        }
    return no_part(place, wanted, err);
}

static int load_parts(const struct place *place, struct dataset *data, struct err *err)
{
    struct array parts[ARRAY_PARTS] = {0};
    int failed = 0;
    for (size_t i = 0; i < ARRAY_PARTS && !failed; i++)
        failed = read_part(place, names[i], &parts[i], err);
    if (!failed)
        failed = array_load(parts, NULL, data, err);
    array_release(parts, ARRAY_PARTS);
    return failed;
}

static int load(const void *values, const char *path, struct dataset *data, struct err *err)
{
    (void)values;
    struct place place = {.path = path};
    struct stat about;
    struct zip zip;
    if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
        return load_parts(&place, data, err);
    if (zip_open(path, &zip, err))
        return -1;
    place.zip = &zip;
    const int failed = load_parts(&place, data, err);
    zip_close(&zip);
    return failed;
}

const struct dataset_type npz_dataset = {
    .name = "npz",
    .help = "anybody's pictures in NumPy's arrays, as MedMNIST's: any size, any classes",
    .source = "whoever made it: an archive, or a folder of four .npy files, that `path` names",
    .aliases = OPTION_ALIASES("npy"),
    KIND_OPTIONS(struct npz_options, options),
    .path = path_of,
    .load = load,
};
