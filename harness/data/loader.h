/*
 * loader: what the loaders share: the options of every dataset, and finding and reading files.
 *
 *     struct str folder = {0};
 *     struct loader_file file;
 *     size_t dir;
 *     if (loader_find(&layout, data->type->source, dirs, &folder, &dir, err) ||
 *         loader_read(str_text(&folder), "train.bin", &file, err)) ...
 *
 * All files of a dataset come from one folder, the first that has any of them: a half-finished
 * download is an error that names the missing file, never mended quietly with files from elsewhere.
 * A file may be compressed with gzip (NAME.gz); zlib reads both. IDX files are also found under the
 * names that most unpackers and mirrors give them, with a dot (train-images.idx3-ubyte), and in a
 * folder of the file's own name.
 *
 * No size in a header is ever allocated: it says how far to read at most, and is compared with the
 * bytes that are there.
 */
#pragma once

#include "base/str.h"
#include "harness/data/data.h"

#include <stdbool.h>

/* The options of every dataset, as entries of the table of a struct that begins with a struct
 * data_spec. */
#define LOADER_OPTIONS                                                                             \
    OPTION_INT(struct data_spec, train_limit, "0", 0, 1e9,                                         \
               "training samples kept, class-balanced; 0 keeps all"),                              \
        OPTION_INT(struct data_spec, test_limit, "0", 0, 1e9,                                      \
                   "test samples kept, class-balanced; 0 keeps all"),                              \
        OPTION_DOUBLE(struct data_spec, val_fraction, "0", 0, 0.9,                                 \
                      "of the training samples, set aside class-balanced for each seed"),          \
        OPTION_DOUBLE(struct data_spec, imbalance, "1", 1, 1e6,                                    \
                      "how many times larger the first training class is than the last"),          \
        OPTION_DOUBLE(struct data_spec, noise, "0", 0, 1,                                          \
                      "share of the training samples that get a wrong label"),                     \
        OPTION_ENUM(struct data_spec, noise_kind, "symmetric", noise_names,                        \
                    "symmetric: any other label; pair: the next class's"),                         \
        OPTION_STRING(struct data_spec, labels,                                                    \
                      "file of labels for the training samples instead of their own",              \
                      .added_later = true),                                                        \
        OPTION_DOUBLE(struct data_spec, corrupt, "0", 0, 1,                                        \
                      "share of the training samples whose picture is made worse",                 \
                      .added_later = true),                                                        \
        OPTION_ENUM(struct data_spec, corrupt_kind, "noise", corrupt_names,                        \
                    "noise: of standard deviation 51 of 255; blur; occlusion: a black square",     \
                    .added_later = true)

/* Of a dataset that is anybody's: `const char *path` in its struct. */
#define LOADER_PATH(type, default_, ...)                                                           \
    OPTION_FIELD(type, path, OPTION_STRING, .fallback = default_, .help = __VA_ARGS__)

/* The table of a dataset that has no others. */
extern const struct option loader_options[];

struct loader_layout {
    const char *const *folders; /* NULL-terminated: usual names, tried below a dir before itself */
    const char *const *files;   /* NULL-terminated: all that must be there, each NAME or NAME.gz */
    const struct loader_layout *other; /* MAY, default: none. Other files that have the same data */
};

/* The folder that has the files, into ret_folder (the caller releases it), and which of the dirs it
 * is, or is below. */
int loader_find(const struct loader_layout *layout, const char *source, const char *const *dirs,
                struct str *ret_folder, size_t *ret_dir, struct err *err);

bool loader_exists(const char *folder, const char *name);
/* FOLDER/NAME, or how else the file is called there. FOLDER/NAME where it is not. */
struct str loader_path(const char *folder, const char *name);

struct loader_file {
    struct str path; /* as found, with .gz where there was one */
    uint8_t *bytes;  /* [size] decoded; mem_alloc'ed */
    size_t size;
    size_t room, guess; /* of bytes; how large it is likely to be */
    void *stream;       /* a gzFile, or a member of an archive (zip.h), which is read by: */
    /* how many bytes came, 0 at the end; -1: an error */
    int (*read)(struct loader_file *file, void *into, unsigned size, struct err *err);
    void (*close)(struct loader_file *file);
};

/* Opens the file of that name, packed or not: its first bytes are there (512, or all it has), and
 * are not those of a web page or an archive. Nothing to release on failure. */
int loader_open(const char *folder, const char *name, struct loader_file *ret_file,
                struct err *err);
/* The file at that path, of any content. */
int loader_open_path(const char *path, struct loader_file *ret_file, struct err *err);
/* Any content of a file of that name: what it is not is not asked. */
int loader_open_any(const char *folder, const char *name, struct loader_file *ret_file,
                    struct err *err);
/* Reads on, until that many bytes are there in all, or the file has no more. */
int loader_more(struct loader_file *file, size_t upto, struct err *err);
/* What is left of it. Larger than 256 MiB is refused. */
int loader_rest(struct loader_file *file, struct err *err);
/* Either, and the rest of it, whole; for a format whose header does not say how long it is. Larger
 * than 256 MiB is refused. */
int loader_read(const char *folder, const char *name, struct loader_file *ret_file,
                struct err *err);
int loader_read_any(const char *folder, const char *name, struct loader_file *ret_file,
                    struct err *err);
void loader_file_release(struct loader_file *file);

/* Whether what begins like that is a web page: an error's, or a proxy's. */
bool loader_is_page(const char *text);
