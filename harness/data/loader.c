/*
 * loader: reading files that people unpacked, downloaded and renamed.
 *
 * A file is read as far as its loader asks, so that a header can be looked at before the memory for
 * what it announces is taken: a gzipped file of 1 MB may hold 1 GB. What begins like something else
 * altogether, an error's page above all, is refused by name.
 */
#include "harness/data/loader.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <zlib.h>

enum {
    /* Decoded; of a file that does not say how long it is, five times CIFAR-10. */
    LARGEST_FILE = 1 << 28,
    START = 512,     /* what tells files apart is within */
    CHUNK = 1 << 17, /* bytes at a time, as zlib advises */
};

const struct option loader_options[] = {LOADER_OPTIONS, OPTION_END};

/* ---- What is no data --------------------------------------------------------------------------*/

/* No picture's label and first pixels are likely to be these. */
static const struct {
    const char *start;
    size_t length, at;
    const char *what, *remedy;
} strangers[] = {
    {"version https://git-lfs", 23, 0, "a pointer of Git LFS", "fetch the file (git lfs pull)"},
    {"PK\3\4", 4, 0, "a zip archive", "unpack it"},
    {"ustar", 5, 257, "a tar archive", "unpack it (tar -xf)"},
    {"\x1f\x8b\x08", 3, 0, "gzipped twice", "unpack it once (gunzip)"},
    {"BZh", 3, 0, "packed by bzip2", "unpack it (bunzip2)"},
    {"\xfd"
     "7zXZ",
     5, 0, "packed by xz", "unpack it (unxz)"},
    {"\x93NUMPY", 6, 0, "a NumPy array", "write it in the format that is expected"},
    {"\x80\2}", 3, 0, "a Python pickle", "get the data in the format that is expected"},
    {"\x80\3}", 3, 0, "a Python pickle", "get the data in the format that is expected"},
    {"\x80\4\x95", 3, 0, "a Python pickle", "get the data in the format that is expected"},
    {"\x80\5\x95", 3, 0, "a Python pickle", "get the data in the format that is expected"},
};

bool loader_is_page(const char *text)
{
    static const char *const starts[] = {"<!doctype", "<html", "<?xml", "<head"};
    const size_t at = strspn(text, " \t\r\n\xef\xbb\xbf");
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncasecmp(text + at, starts[i], strlen(starts[i])) == 0)
            return true;
    return false;
}

static int refuse_strangers(const struct loader_file *file, struct err *err)
{
    const char *path = str_text(&file->path);
    if (loader_is_page((const char *)file->bytes))
        return err_set(err, "%s: looks like a web page, not data: download it again", path);
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        if (file->size >= strangers[i].at + strangers[i].length &&
            memcmp(file->bytes + strangers[i].at, strangers[i].start, strangers[i].length) == 0)
            return err_set(err, "%s: looks like %s, not data: %s", path, strangers[i].what,
                           strangers[i].remedy);
    return 0;
}

/* ---- Reading ----------------------------------------------------------------------------------*/

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

static int read_gz(struct loader_file *file, void *into, unsigned size, struct err *err)
{
    const int got = gzread(file->stream, into, size);
    int code;
    gzerror(file->stream, &code);
    if (got >= 0 && code != Z_BUF_ERROR)
        return got;
    return read_failed(file->stream, str_text(&file->path),
                       file->size + (got > 0 ? (size_t)got : 0), err);
}

static void close_gz(struct loader_file *file)
{
    if (file->stream)
        gzclose(file->stream);
}

int loader_more(struct loader_file *file, size_t upto, struct err *err)
{
    while (file->size < upto) {
        if (file->size == file->room) {
            const size_t twice = 2 * file->room;
            const size_t wanted = twice > file->guess ? twice : file->guess;
            const size_t room = wanted < upto ? wanted : upto;
            MEM_GROW(file->bytes, file->room, room);
            file->room = room;
        }
        const size_t whole = file->room < upto ? file->room : upto, rest = whole - file->size;
        const int got =
            file->read(file, file->bytes + file->size, rest < CHUNK ? (unsigned)rest : CHUNK, err);
        if (got <= 0)
            return got;
        file->size += (size_t)got;
    }
    return 0;
}

static int start_reading(struct loader_file *file, struct err *err)
{
    const char *path = str_text(&file->path);
    struct stat status;
    if (stat(path, &status))
        return err_set(err, "%s: cannot be read: %s", path, strerror(errno));
    if (!S_ISREG(status.st_mode)) /* a pipe would wait for ever */
        return err_set(err, "%s: expected a regular file, found something else", path);
    file->stream = gzopen(path, "rb");
    if (!file->stream)
        return err_set(err, "%s: cannot be opened: %s", path, strerror(errno));
    gzbuffer(file->stream, CHUNK);
    /* One byte more than a plain file has, so that its end is seen without growing; pictures
       seldom shrink to less than half. */
    file->guess = (size_t)status.st_size * (gzdirect(file->stream) ? 1 : 2) + 1;
    file->room = START + 1; /* a NUL behind it, since texts are looked for */
    MEM_NEW(file->bytes, file->room);
    return loader_more(file, START, err);
}

/* Takes the path over. */
static int open_at(struct str path, struct loader_file *ret_file, struct err *err)
{
    struct loader_file file = {.path = path, .read = read_gz, .close = close_gz};
    if (start_reading(&file, err)) {
        loader_file_release(&file);
        return -1;
    }
    *ret_file = file;
    return 0;
}

int loader_open_path(const char *path, struct loader_file *ret_file, struct err *err)
{
    struct str copy = {0};
    str_add(&copy, path);
    return open_at(copy, ret_file, err);
}

int loader_open_any(const char *folder, const char *name, struct loader_file *ret_file,
                    struct err *err)
{
    return open_at(loader_path(folder, name), ret_file, err);
}

int loader_open(const char *folder, const char *name, struct loader_file *ret_file, struct err *err)
{
    struct loader_file file;
    if (loader_open_any(folder, name, &file, err))
        return -1;
    if (refuse_strangers(&file, err)) {
        loader_file_release(&file);
        return -1;
    }
    *ret_file = file;
    return 0;
}

int loader_rest(struct loader_file *file, struct err *err)
{
    if (loader_more(file, LARGEST_FILE + (size_t)1, err))
        return -1;
    return file->size <= LARGEST_FILE ? 0
                                      : err_set(err, "%s: expected at most %d bytes, found more",
                                                str_text(&file->path), LARGEST_FILE);
}

/* Releases it where it fails. */
static int read_whole(struct loader_file *file, struct err *err)
{
    const int failed = loader_rest(file, err);
    if (failed)
        loader_file_release(file);
    return failed;
}

int loader_read_any(const char *folder, const char *name, struct loader_file *ret_file,
                    struct err *err)
{
    return loader_open_any(folder, name, ret_file, err) || read_whole(ret_file, err) ? -1 : 0;
}

int loader_read(const char *folder, const char *name, struct loader_file *ret_file, struct err *err)
{
    return loader_open(folder, name, ret_file, err) || read_whole(ret_file, err) ? -1 : 0;
}

void loader_file_release(struct loader_file *file)
{
    if (file->close)
        file->close(file);
    str_release(&file->path);
    mem_free(file->bytes);
    *file = (struct loader_file){0};
}
