/*
 * data: from a loader's files to the dataset that a cell trains on.
 *
 * In this order, so that what must be common to the cells of a grid is: the loader reads the whole
 * files; content hash and channel statistics are taken of them; limits keep a part (the same for
 * every seed: seed 0); then, of the cell's seed, the training classes are made unequal, the
 * validation split is set aside, and labels (also: given.h) and pictures of what is left to train
 * on are made wrong (alter.h).
 *
 * Worked example: fashion-mnist with train_limit 5000 and val_fraction 0.1 keeps 500 samples a
 * class, sets 50 of each aside, and normalises with the mean 0.2860 and the standard deviation
 * 0.3530 of all 60,000.
 *
 * Limits: everything stays in memory, as bytes.
 */
#include "harness/data/data.h"

#include "base/num.h"
#include "base/rng.h"
#include "harness/data/alter.h"
#include "harness/data/given.h"
#include "harness/data/split.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DATASET(name) extern const struct dataset_type name##_dataset;
#include "harness/data/datasets.def"
#undef DATASET

static const struct kind *const kinds[] = {
#define DATASET(name) &name##_dataset.is,
#include "harness/data/datasets.def"
#undef DATASET
};

const struct shelf dataset_shelf = SHELF("dataset", "datasets", kinds);

static size_t picture_size(const struct dataset *data)
{
    return (size_t)data->h * (size_t)data->w * (size_t)data->c;
}

/* What a loader must have left behind. */
static void check_loaded(const struct dataset *data)
{
    REQUIRE(data->h > 0 && data->h <= DATA_MAX_SIDE);
    REQUIRE(data->w > 0 && data->w <= DATA_MAX_SIDE);
    REQUIRE(data->c > 0 && data->c <= DATA_MAX_CHANNELS);
    REQUIRE(data->classes > 0 && data->classes <= DATA_MAX_CLASSES);
    const struct split *const parts[] = {&data->train, &data->test};
    for (size_t p = 0; p < 2; p++) {
        REQUIRE(parts[p]->n > 0 && parts[p]->n <= UINT32_MAX);
        for (size_t i = 0; i < parts[p]->n; i++)
            REQUIRE(parts[p]->labels[i] < data->classes);
    }
}

static void number_samples(struct split *split)
{
    MEM_NEW(split->origin, split->n);
    for (size_t i = 0; i < split->n; i++)
        split->origin[i] = (uint32_t)i;
}

/* As bytes where that is enough: the hash, and with it the keys of cells, is what it was when there
   were no more classes. */
static void hash_labels(struct hash *hash, const struct dataset *data, const uint16_t *labels,
                        size_t n)
{
    const size_t bytes = data->classes > UINT8_MAX + 1 ? 2 : 1;
    for (size_t i = 0; i < n; i++) {
        const uint8_t label[] = {(uint8_t)labels[i], (uint8_t)(labels[i] >> 8)};
        hash_add(hash, label, bytes);
    }
}

/* Of shape, labels and pixels as decoded: neither compression nor file names are in it. */
static void hash_content(struct dataset *data)
{
    struct hash *hash = hash_new();
    char shape[160];
    const int length =
        snprintf(shape, sizeof shape, "h %d w %d c %d classes %d train %zu test %zu\n", data->h,
                 data->w, data->c, data->classes, data->train.n, data->test.n);
    hash_add(hash, shape, (size_t)length);
    const struct split *const parts[] = {&data->train, &data->test};
    for (size_t p = 0; p < 2; p++) {
        hash_labels(hash, data, parts[p]->labels, parts[p]->n);
        hash_add(hash, parts[p]->pixels, mem_size(parts[p]->n, picture_size(data)));
    }
    hash_finish(hash, data->hash);
}

/* Labels from elsewhere make another content of it. */
static void hash_given(struct dataset *data, const uint16_t *labels)
{
    struct hash *hash = hash_new();
    hash_add(hash, data->hash, sizeof data->hash);
    hash_labels(hash, data, labels, data->train_file_n);
    hash_finish(hash, data->hash);
}

/* Sums are of whole numbers and exact in a double, whatever the order. */
static void measure_channels(struct dataset *data)
{
    const size_t channels = (size_t)data->c, count = data->train.n * picture_size(data);
    for (size_t k = 0; k < channels; k++) {
        size_t histogram[256] = {0};
        double sum = 0, squares = 0;
        for (size_t i = k; i < count; i += channels)
            histogram[data->train.pixels[i]]++;
        for (size_t byte = 0; byte < 256; byte++) {
            sum += (double)(histogram[byte] * byte);
            squares += (double)(histogram[byte] * byte * byte);
        }
        const double n = (double)(count / channels), mean = sum / n;
        const double variance = squares / n - mean * mean;
        /* Told by counting: the variance of a constant is 0 only up to rounding. */
        const bool constant = histogram[data->train.pixels[k]] == count / channels;
        const double stddev = constant ? 255 : sqrt(variance);
        data->mean[k] = mean / 255;
        data->stddev[k] = stddev / 255;
    }
}

/* What is not kept is forgotten. */
static void keep_only(const struct dataset *data, struct split *split, const bool *kept)
{
    const struct split part = split_extract(split, kept, picture_size(data));
    split_release(split);
    *split = part;
}

static int check_limit(const char *name, int limit, size_t n, struct err *err)
{
    if ((size_t)limit <= n)
        return 0;
    return err_set(err, "%s: expected at most %zu, all there are, found %d", name, n, limit);
}

int dataset_check_limits(const struct data_spec *spec, size_t train_n, size_t test_n,
                         struct err *err)
{
    if (spec->labels && spec->noise > 0)
        return err_set(err, "noise: not with labels, whose noise is in their file");
    return check_limit("train_limit", spec->train_limit, train_n, err) ||
                   check_limit("test_limit", spec->test_limit, test_n, err)
               ? -1
               : 0;
}

/* Keeps `limit` samples of a split; 0 keeps all. part names the stream: 0 train, 1 test. */
static void apply_limit(const struct dataset *data, struct split *split, int limit, uint32_t part)
{
    if (limit == 0)
        return;
    struct rng rng = rng_stream(0, RNG_LIMIT, 0, part);
    bool *drawn;
    MEM_NEW(drawn, split->n);
    split_draw(split, data->classes, (size_t)limit, &rng, drawn);
    keep_only(data, split, drawn);
    mem_free(drawn);
}

static int unbalance(struct dataset *data, double imbalance, uint64_t seed, struct err *err)
{
    if (imbalance <= 1)
        return 0;
    bool *kept;
    MEM_NEW(kept, data->train.n);
    const int failed = alter_imbalance(&data->train, data->classes, imbalance, seed, kept, err);
    if (!failed)
        keep_only(data, &data->train, kept);
    mem_free(kept);
    return failed;
}

static int set_validation_aside(struct dataset *data, double fraction, uint64_t seed,
                                struct err *err)
{
    if (fraction <= 0)
        return 0;
    const size_t n = data->train.n, count = num_round_share(fraction, n);
    if (count == 0 || count == n)
        return err_set(err, "val_fraction: %g of %zu training samples leaves %s", fraction, n,
                       count ? "none to train on" : "the validation split empty");
    struct rng rng = rng_stream(seed, RNG_VALIDATION, 0, 0);
    bool *drawn;
    MEM_NEW(drawn, n);
    split_draw(&data->train, data->classes, count, &rng, drawn);
    data->validation = split_extract(&data->train, drawn, picture_size(data));
    mem_free(drawn);
    return 0;
}

/* Absolute, so that the name means the same to whoever reads it elsewhere. Of a path that the
   options name, the dir that it is in: who looks there by the same options finds it again. */
static void keep_folder(struct dataset *data, const char *folder, const char *dir)
{
    const char *kept = !data->type->path ? folder : dir ? dir : ".";
    char *whole = realpath(kept, NULL);
    data->folder = arena_strdup(&data->arena, whole ? whole : kept);
    free(whole);
}

/* given: labels of the training file, or NULL. */
static int alter_training(struct dataset *data, const struct data_spec *spec, uint64_t seed,
                          const uint16_t *given, struct err *err)
{
    if (given)
        given_apply(given, &data->train);
    else if (alter_labels(&data->train, data->classes, spec->noise,
                          (enum noise_kind)spec->noise_kind, seed, err))
        return -1;
    alter_pictures(data, spec->corrupt, (enum corrupt_kind)spec->corrupt_kind, seed);
    return 0;
}

/* What follows once the files are read, and labels from elsewhere. */
static int prepare(struct dataset *data, const struct data_spec *spec, uint64_t seed,
                   const uint16_t *given, struct err *err)
{
    if (given)
        hash_given(data, given);
    measure_channels(data);
    if (dataset_check_limits(spec, data->train.n, data->test.n, err))
        return -1;
    apply_limit(data, &data->train, spec->train_limit, 0);
    apply_limit(data, &data->test, spec->test_limit, 1);
    return unbalance(data, spec->imbalance, seed, err) ||
                   set_validation_aside(data, spec->val_fraction, seed, err) ||
                   alter_training(data, spec, seed, given, err)
               ? -1
               : 0;
}

static int fill(struct dataset *data, const struct data_spec *spec, uint64_t seed,
                const char *folder, const char *const *dirs, struct err *err)
{
    uint16_t *given = NULL;
    if (data->type->load(spec, folder, data, err))
        return -1;
    check_loaded(data);
    data->train_file_n = data->train.n;
    number_samples(&data->train);
    number_samples(&data->test);
    hash_content(data);
    if (spec->labels && given_read(data, spec->labels, dirs, &given, err))
        return -1;
    const int failed = prepare(data, spec, seed, given, err);
    mem_free(given);
    return failed;
}

int dataset_load(const struct dataset_type *type, const struct data_spec *spec, uint64_t seed,
                 const char *const *dirs, struct dataset **ret_data, struct err *err)
{
    struct dataset *data;
    struct str folder;
    size_t dir;
    if (dataset_locate(type, spec, dirs, &folder, &dir, err))
        return -1;
    MEM_NEW(data, 1);
    data->type = type;
    data->bayes_error = -1;
    if (dataset_is_read(type))
        keep_folder(data, folder.text, dirs[dir]);
    const int failed = fill(data, spec, seed, folder.text, dirs, err);
    str_release(&folder);
    if (failed) {
        dataset_free(data);
        return err_prefix(err, "%s: ", type->name);
    }
    *ret_data = data;
    return 0;
}

void dataset_free(struct dataset *data)
{
    if (!data)
        return;
    split_release(&data->train);
    split_release(&data->validation);
    split_release(&data->test);
    arena_release(&data->arena);
    mem_free(data);
}
