/*
 * folder: anybody's pictures as PNG and JPEG files, a folder for each class.
 *
 *     PATH/train/CLASS/NAME.png            what is trained on; TinyImageNet has CLASS/images/
 *     PATH/test/CLASS/NAME.png             what is tested on, or else
 *     PATH/val/CLASS/NAME.png              that, or
 *     PATH/val/val_annotations.txt         TinyImageNet's: a line for each file in val/images,
 *                                          "NAME <tab> CLASS <tab> ..."
 *
 * Classes are numbered in the order of their names' bytes, files of a class likewise, so that
 * positions mean the same everywhere. Classes are called as their folders, or as PATH/words.txt has
 * it ("n02124075 <tab> Egyptian cat").
 *
 * Pictures are of one size, or made so (`size`, picture.h); grey ones stay grey where all are.
 *
 * Cost, on one core of a server: 0.1 ms for a JPEG of 64 x 64, once for each cell; arrays of
 * NumPy's, which hold the same in one file, are only read (npz.c).
 */
#include "base/folder.h"
#include "harness/data/loader.h"
#include "harness/data/picture.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct folder_options {
    struct data_spec common;
    const char *path;
    int size;
};

static const struct option options[] = {
    LOADER_OPTIONS,
    LOADER_PATH(struct folder_options, "pictures",
                "the folder that has train and test (or val), below data_dir"),
    OPTION_INT_OR(struct folder_options, size, "none", "none", DATA_MAX_SIDE,
                  "pixels a side: the middle square of each picture, scaled"),
    OPTION_END,
};

static const char *path_of(const void *values)
{
    const struct folder_options *o = values;
    return o->path;
}

/* ---- Names ------------------------------------------------------------------------------------*/

struct names {
    const char **items;
    size_t n;
};

static void add_name(struct names *names, const char *name)
{
    MEM_ROOM(names->items, names->n);
    names->items[names->n++] = name;
}

static bool is_folder(const char *folder, const char *name)
{
    struct str path = {0};
    struct stat about;
    str_addf(&path, "%s/%s", folder, name);
    const bool found = stat(str_text(&path), &about) == 0 && S_ISDIR(about.st_mode);
    str_release(&path);
    return found;
}

/* Those of a folder that are pictures, or folders, in order; the caller frees the items. */
static int list_names(const char *folder, bool pictures, struct arena *arena,
                      struct names *ret_names, struct err *err)
{
    struct folder entries = {0};
    for (const char *name; (name = folder_next(&entries, folder));)
        if (name[0] != '.' && (pictures ? picture_is_named(name) : is_folder(folder, name)))
            add_name(ret_names, arena_strdup(arena, name));
    if (folder_close(&entries, folder, err))
        return -1;
    if (ret_names->n > 0)
        qsort(ret_names->items, ret_names->n, sizeof *ret_names->items, str_compare);
    return 0;
}

/* Its number, or -1. */
static int class_of(const struct names *classes, const char *name)
{
    const char *const *found = classes->n > 0 ? bsearch(&name, classes->items, classes->n,
                                                        sizeof *classes->items, str_compare)
                                              : NULL;
    return found ? (int)(found - classes->items) : -1;
}

/* ---- Which pictures there are -----------------------------------------------------------------*/

struct samples {
    const char **paths; /* [n] */
    uint16_t *labels;   /* [n] */
    size_t n;
};

struct reading {
    const char *path; /* of the dataset */
    struct arena arena;
    struct names classes;
    struct samples train, test;
};

static void add_sample(struct samples *samples, const char *path, int label)
{
    MEM_ROOM(samples->paths, samples->n);
    MEM_ROOM(samples->labels, samples->n);
    samples->paths[samples->n] = path;
    samples->labels[samples->n++] = (uint16_t)label;
}

static int add_class(struct reading *r, const char *part, const char *name, int label,
                     struct samples *samples, struct err *err)
{
    const char *folder = arena_printf(&r->arena, "%s/%s/%s", r->path, part, name);
    struct names pictures = {0};
    if (is_folder(folder, "images"))
        folder = arena_printf(&r->arena, "%s/images", folder);
    const int failed = list_names(folder, true, &r->arena, &pictures, err);
    for (size_t i = 0; i < pictures.n; i++)
        add_sample(samples, arena_printf(&r->arena, "%s/%s", folder, pictures.items[i]), label);
    mem_free(pictures.items);
    if (failed)
        return -1;
    return pictures.n > 0
               ? 0
               : err_set(err, "%s: expected pictures (.png, .jpg, .jpeg), found none", folder);
}

static int find_training(struct reading *r, struct err *err)
{
    const char *folder = arena_printf(&r->arena, "%s/train", r->path);
    if (!is_folder(r->path, "train"))
        return err_set(err,
                       "%s: expected a folder train in it, with a folder for each class, and "
                       "another, test or val",
                       r->path);
    if (list_names(folder, false, &r->arena, &r->classes, err))
        return -1;
    if (r->classes.n == 0 || r->classes.n > DATA_MAX_CLASSES)
        return err_set(err, "%s: expected 1 to %d folders, one for each class, found %zu", folder,
                       DATA_MAX_CLASSES, r->classes.n);
    for (size_t k = 0; k < r->classes.n; k++)
        if (add_class(r, "train", r->classes.items[k], (int)k, &r->train, err))
            return -1;
    return 0;
}

/* part: test or val. Without any class's folder, nothing is found. */
static int find_by_folders(struct reading *r, const char *part, struct err *err)
{
    const char *folder = arena_printf(&r->arena, "%s/%s", r->path, part);
    struct names found = {0};
    const char *unknown = NULL;
    int failed = list_names(folder, false, &r->arena, &found, err);
    for (size_t i = 0; i < found.n && !failed; i++) {
        const int label = class_of(&r->classes, found.items[i]);
        if (label < 0)
            unknown = found.items[i];
        else
            failed = add_class(r, part, found.items[i], label, &r->test, err);
    }
    if (!failed && r->test.n > 0 && unknown)
        failed = err_set(err, "%s/%s: expected a class of those in %s/train, found another", folder,
                         unknown, r->path);
    mem_free(found.items);
    return failed;
}

/* A line of val_annotations.txt. */
static int add_annotated(struct reading *r, const char *annotations, size_t number,
                         const char *line, struct err *err)
{
    struct str name = {0}, class = {0};
    const char *rest = line;
    const bool whole = str_next(&name, &rest, "\t") && str_next(&class, &rest, "\t");
    const int label =
        whole && !strchr(str_text(&name), '/') ? class_of(&r->classes, str_text(&class)) : -1;
    const char *path =
        arena_printf(&r->arena, "%s/val/images/%s", r->path, whole ? str_text(&name) : "");
    STR_RELEASE(&name, &class);
    if (label < 0)
        return err_set(err, "%s:%zu: expected a file's name and, behind a tab, a class in %s/train",
                       annotations, number, r->path);
    add_sample(&r->test, path, label);
    return 0;
}

enum { MOST_TEXT = 1 << 26 };

static int find_annotated(struct reading *r, const char *annotations, struct err *err)
{
    struct str text = {0}, line = {0};
    int failed = str_add_file(&text, annotations, MOST_TEXT, err);
    const char *at = str_text(&text);
    for (size_t number = 1; !failed && str_next(&line, &at, "\n"); number++) {
        str_trim(&line, "\r");
        if (line.length)
            failed = add_annotated(r, annotations, number, str_text(&line), err);
    }
    STR_RELEASE(&text, &line);
    return failed;
}

static int find_test(struct reading *r, struct err *err)
{
    const char *annotations = arena_printf(&r->arena, "%s/val/val_annotations.txt", r->path);
    struct stat about;
    int failed = 0;
    if (is_folder(r->path, "test"))
        failed = find_by_folders(r, "test", err);
    if (!failed && r->test.n == 0 && stat(annotations, &about) == 0)
        failed = find_annotated(r, annotations, err);
    else if (!failed && r->test.n == 0 && is_folder(r->path, "val"))
        failed = find_by_folders(r, "val", err);
    if (!failed && r->test.n == 0)
        failed = err_set(err,
                         "%s: expected a folder test or val with a folder for each class, or "
                         "val/val_annotations.txt: set some pictures aside to test on",
                         r->path);
    return failed;
}

/* ---- What is in them --------------------------------------------------------------------------*/

/* Of the size that all have; the first says which. */
static int place_picture(const struct picture *picture, const char *path, int size,
                         struct dataset *data, uint8_t *ret_pixels, struct err *err)
{
    if (size > 0)
        picture_scale(picture, (size_t)size, ret_pixels);
    else if (picture->h != (size_t)data->h || picture->w != (size_t)data->w)
        return err_set(err,
                       "%s: expected %d x %d pixels, as the first picture has, found %zu x %zu: "
                       "scale all to one size (`size: 64`, say)",
                       path, data->h, data->w, picture->h, picture->w);
    else
        memcpy(ret_pixels, picture->pixels, picture->h * picture->w * PICTURE_CHANNELS);
    return 0;
}

static int check_first(const struct picture *picture, const char *path, int size,
                       struct dataset *data, struct err *err)
{
    if (size == 0 && (picture->h > DATA_MAX_SIDE || picture->w > DATA_MAX_SIDE))
        return err_set(err,
                       "%s: expected at most %d x %d pixels, found %zu x %zu: scale them (`size: "
                       "64`, say)",
                       path, DATA_MAX_SIDE, DATA_MAX_SIDE, picture->h, picture->w);
    data->h = size > 0 ? size : (int)picture->h;
    data->w = size > 0 ? size : (int)picture->w;
    return 0;
}

/* In colour all of them. *grey stays true where none is coloured. */
static int read_split(const struct samples *samples, int size, struct dataset *data,
                      struct split *split, bool *grey, struct err *err)
{
    struct picture picture;
    for (size_t i = 0; i < samples->n; i++) {
        const char *path = samples->paths[i];
        if (picture_read(path, &picture, err))
            return -1;
        int failed = data->h ? 0 : check_first(&picture, path, size, data, err);
        const size_t bytes = (size_t)data->h * (size_t)data->w * PICTURE_CHANNELS;
        if (!failed && !split->pixels) {
            MEM_NEW(split->pixels, mem_size(samples->n, bytes));
            MEM_NEW(split->labels, samples->n);
        }
        if (!failed)
            failed = place_picture(&picture, path, size, data, split->pixels + i * bytes, err);
        *grey = *grey && picture.grey;
        mem_free(picture.pixels);
        if (failed)
            return -1;
        split->labels[i] = samples->labels[i];
    }
    split->n = samples->n;
    return 0;
}

static void keep_grey(const struct dataset *data, struct split *split)
{
    const size_t count = split->n * (size_t)data->h * (size_t)data->w;
    for (size_t i = 0; i < count; i++)
        split->pixels[i] = split->pixels[i * PICTURE_CHANNELS];
}

/* ---- What classes are called ------------------------------------------------------------------*/

/* A line of words.txt: of the names for a class the first. */
static void take_word(const struct reading *r, const char *line, struct dataset *data,
                      const char **ret_names)
{
    struct str folder = {0};
    const char *rest = line;
    const int label =
        str_next(&folder, &rest, "\t") ? class_of(&r->classes, str_text(&folder)) : -1;
    const int length = (int)strcspn(rest, ",\t\r");
    if (label >= 0 && length > 0)
        ret_names[label] = arena_printf(&data->arena, "%.*s", length, rest);
    str_release(&folder);
}

static int name_classes(const struct reading *r, struct dataset *data, struct err *err)
{
    const char **names;
    struct str path = {0}, text = {0}, line = {0};
    struct stat about;
    ARENA_NEW(&data->arena, names, r->classes.n);
    for (size_t k = 0; k < r->classes.n; k++)
        names[k] = arena_strdup(&data->arena, r->classes.items[k]);
    str_addf(&path, "%s/words.txt", r->path);
    const int failed = stat(str_text(&path), &about) == 0
                           ? str_add_file(&text, str_text(&path), MOST_TEXT, err)
                           : 0;
    for (const char *at = str_text(&text); str_next(&line, &at, "\n");)
        take_word(r, str_text(&line), data, names);
    STR_RELEASE(&path, &text, &line);
    data->class_names = names;
    return failed;
}

/* ---- The dataset ------------------------------------------------------------------------------*/

static int read_all(struct reading *r, int size, struct dataset *data, struct err *err)
{
    bool grey = true;
    if (find_training(r, err) || find_test(r, err) ||
        read_split(&r->train, size, data, &data->train, &grey, err) ||
        read_split(&r->test, size, data, &data->test, &grey, err) || name_classes(r, data, err))
        return -1;
    data->classes = (int)r->classes.n;
    data->c = grey ? 1 : PICTURE_CHANNELS;
    if (grey) {
        keep_grey(data, &data->train);
        keep_grey(data, &data->test);
    }
    return 0;
}

static int load(const void *values, const char *path, struct dataset *data, struct err *err)
{
    const struct folder_options *o = values;
    struct reading r = {.path = path};
    const int failed = read_all(&r, o->size, data, err);
    MEM_FREE(r.classes.items, r.train.paths, r.train.labels, r.test.paths, r.test.labels);
    arena_release(&r.arena);
    return failed;
}

const struct dataset_type folder_dataset = {
    .name = "folder",
    .help = "anybody's PNG and JPEG files, a folder for each class, or as TinyImageNet's",
    .source = "whoever made it: a folder with train and test (or val) in it, that `path` names",
    KIND_OPTIONS(struct folder_options, options),
    .path = path_of,
    .load = load,
};
