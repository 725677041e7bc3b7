#include "harness/data/loader.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

enum {
    LARGEST_FILE = 1 << 30, /* decoded; several times any dataset of the registry */
    CHUNK = 1 << 20,
};

const struct option loader_options[] = {LOADER_OPTIONS, OPTION_END};

static bool path_exists(const struct str *path)
{
    struct stat status;
    return stat(str_text(path), &status) == 0;
}

/* FOLDER/NAME, or how else the file may be called, the first that is there: with a dot before
 * `idx`, with .gz. FOLDER/NAME where none is. */
static struct str find_path(const char *folder, const char *name)
{
    const char *idx = strstr(name, "-idx");
    struct str path = {0};
    for (int dotted = 0; dotted <= (idx != NULL); dotted++) {
        str_clear(&path);
        str_addf(&path, "%s/%s", folder, name);
        if (dotted)
            path.text[strlen(folder) + 1 + (size_t)(idx - name)] = '.';
        if (path_exists(&path))
            return path;
        str_add(&path, ".gz");
        if (path_exists(&path))
            return path;
    }
    str_clear(&path);
    str_addf(&path, "%s/%s", folder, name);
    return path;
}

bool loader_exists(const char *folder, const char *name)
{
    struct str path = find_path(folder, name);
    const bool exists = path_exists(&path);
    str_release(&path);
    return exists;
}

/* ret_there, ret_missing: the first file that is there, that is not; NULL where there is none. */
static void check_files(const char *folder, const char *const *files, const char **ret_there,
                        const char **ret_missing)
{
    *ret_there = *ret_missing = NULL;
    for (size_t i = 0; files[i]; i++) {
        const char **answer = loader_exists(folder, files[i]) ? ret_there : ret_missing;
        if (!*answer)
            *answer = files[i];
    }
}

/* The first folder with any of the files; the others tried are listed in searched. */
static void find_folder(const struct loader_layout *layout, const char *const *dirs,
                        struct str *folder, struct str *searched, size_t *ret_dir,
                        const char **ret_there, const char **ret_missing)
{
    *ret_there = NULL;
    for (size_t d = 0; dirs[d]; d++) {
        *ret_dir = d;
        const char *below = NULL;
        size_t f = 0;
        do {
            below = layout->folders[f++];
            str_clear(folder);
            str_addf(folder, "%s%s%s", dirs[d], below ? "/" : "", below ? below : "");
            check_files(str_text(folder), layout->files, ret_there, ret_missing);
            if (*ret_there)
                return;
            str_addf(searched, "%s%s", searched->length ? ", " : "", str_text(folder));
        } while (below);
    }
}

int loader_find(const struct loader_layout *layout, const char *source, const char *const *dirs,
                struct str *ret_folder, size_t *ret_dir, struct err *err)
{
    struct str folder = {0}, searched = {0};
    const char *there, *missing;
    size_t dir = 0;
    find_folder(layout, dirs, &folder, &searched, &dir, &there, &missing);
    int failed = 0;
    if (!there)
        failed = err_set(err, "%s (or %s.gz) not found; get it from %s; searched %s",
                         layout->files[0], layout->files[0], source, str_text(&searched));
    else if (missing)
        failed = err_set(err, "%s/%s (or %s.gz) not found, although %s is there; get it from %s",
                         str_text(&folder), missing, missing, there, source);
    str_release(&searched);
    if (failed) {
        str_release(&folder);
        return -1;
    }
    *ret_folder = folder;
    *ret_dir = dir;
    return 0;
}

static int read_failed(gzFile stream, const char *path, size_t size, struct err *err)
{
    int code;
    const char *text = gzerror(stream, &code); /* "PATH: reason" but for Z_ERRNO */
    if (code == Z_ERRNO)
        return err_set(err, "%s: cannot be read: %s", path, strerror(errno));
    if (code == Z_BUF_ERROR)
        return err_set(err,
                       "%s: cut short: expected the end of the gzip stream, found the end of the "
                       "file after %zu decoded bytes",
                       path, size);
    if (strncmp(text, path, strlen(path)) == 0 && strncmp(text + strlen(path), ": ", 2) == 0)
        text += strlen(path) + 2;
    return err_set(err, "%s: expected intact gzip data, found damage: %s", path, text);
}

/* Reads to the end of the stream into file->bytes, which starts with that much room and grows. */
static int read_stream(gzFile stream, size_t room, struct loader_file *file, struct err *err)
{
    const char *path = str_text(&file->path);
    MEM_NEW(file->bytes, room);
    for (;;) {
        if (file->size == room) {
            MEM_GROW(file->bytes, room, 2 * room);
            room *= 2;
        }
        const size_t rest = room - file->size;
        const int got =
            gzread(stream, file->bytes + file->size, rest < CHUNK ? (unsigned)rest : CHUNK);
        int code;
        gzerror(stream, &code);
        if (got > 0)
            file->size += (size_t)got;
        if (got < 0 || code == Z_BUF_ERROR)
            return read_failed(stream, path, file->size, err);
        if (file->size > LARGEST_FILE)
            return err_set(err, "%s: expected at most %d bytes, found more", path, LARGEST_FILE);
        if (got == 0)
            return 0;
    }
}

static int read_file(struct loader_file *file, struct err *err)
{
    const char *path = str_text(&file->path);
    struct stat status;
    if (stat(path, &status))
        return err_set(err, "%s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode)) /* a pipe would wait for ever */
        return err_set(err, "%s: expected a regular file, found something else", path);
    if (status.st_size > LARGEST_FILE)
        return err_set(err, "%s: expected at most %d bytes, found %lld", path, LARGEST_FILE,
                       (long long)status.st_size);
    gzFile stream = gzopen(path, "rb");
    if (!stream)
        return err_set(err, "%s: cannot be opened: %s", path, strerror(errno));
    gzbuffer(stream, CHUNK);
    /* One byte more than a plain file has, so that its end is seen without growing; pictures
       seldom shrink to less than half. */
    const size_t room = (size_t)status.st_size * (gzdirect(stream) ? 1 : 2) + 1;
    const int failed = read_stream(stream, room, file, err);
    gzclose(stream);
    return failed;
}

int loader_read(const char *folder, const char *name, struct loader_file *ret_file, struct err *err)
{
    struct loader_file file = {.path = find_path(folder, name)};
    if (read_file(&file, err)) {
        loader_file_release(&file);
        return -1;
    }
    *ret_file = file;
    return 0;
}

void loader_file_release(struct loader_file *file)
{
    str_release(&file->path);
    mem_free(file->bytes);
    *file = (struct loader_file){0};
}
