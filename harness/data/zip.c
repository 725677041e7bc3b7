/*
 * zip: PKWARE's APPNOTE 6.3, as much of it as archives of arrays use.
 *
 * Worked example: an archive of one member ends with its entry in the directory, which begins
 * `50 4b 01 02` and has the checksum at 16, the sizes packed and unpacked at 20 and 24, the lengths
 * of name, extra fields and comment at 28, 30 and 32, the place of the member at 42 and its name at
 * 46; and 22 bytes that begin `50 4b 05 06`, with the directory's size at 12 and its place at 16.
 * What does not fit in 32 bits is ff ff ff ff there, and stands in 64 bits in an extra field, or in
 * a record of its own.
 */
#include "harness/data/zip.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum {
    END = 22, /* bytes of the records, without what varies */
    END64 = 56,
    LOCATOR = 20,
    ENTRY = 46,
    LOCAL = 30,
    LONGEST_COMMENT = 65535,
    STORED = 0, /* methods */
    DEFLATED = 8,
    CHUNK = 1 << 16,
    LARGEST_DIRECTORY = 1 << 26,
};
#define IN_64_BITS 0xffffffffU
/* Deflate makes 258 bytes of two bits at most. */
#define MOST_FROM_A_BYTE 1032

static uint64_t number(const uint8_t *bytes, int count)
{
    uint64_t value = 0;
    for (int i = count; i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

static uint16_t u16(const uint8_t *bytes)
{
    return (uint16_t)number(bytes, 2);
}

static uint32_t u32(const uint8_t *bytes)
{
    return (uint32_t)number(bytes, 4);
}

static bool begins(const uint8_t *bytes, uint16_t kind)
{
    return bytes[0] == 'P' && bytes[1] == 'K' && u16(bytes + 2) == kind;
}

/* Exactly these bytes. */
static int read_at(const struct zip *zip, uint64_t at, void *into, size_t size, struct err *err)
{
    if (at > zip->size || size > zip->size - at)
        return err_set(err, "%s: damaged zip archive: expected %zu bytes at %llu, found its end",
                       zip->path, size, (unsigned long long)at);
    for (size_t done = 0; done < size;) {
        const ssize_t got = pread(zip->file, (char *)into + done, size - done, (off_t)(at + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return err_set(err, "%s: cannot be read: %s", zip->path,
                           got ? strerror(errno) : "it became shorter");
        done += (size_t)got;
    }
    return 0;
}

/* ---- The directory ----------------------------------------------------------------------------*/

struct entry {
    uint16_t flags, method;
    uint32_t crc;
    uint64_t packed, size, at;
    const char *name;           /* [name_length] */
    size_t name_length, length; /* length: of the entry in the directory */
};

/* Of what begins at `at`; false where no whole entry does. */
static bool entry_at(const struct zip *zip, size_t at, struct entry *ret_entry)
{
    const uint8_t *bytes = zip->directory + at;
    const size_t rest = zip->directory_size - at;
    if (rest < ENTRY || !begins(bytes, 0x0201))
        return false;
    const size_t name = u16(bytes + 28), extra = u16(bytes + 30), comment = u16(bytes + 32);
    struct entry entry = {.flags = u16(bytes + 8),
                          .method = u16(bytes + 10),
                          .crc = u32(bytes + 16),
                          .packed = u32(bytes + 20),
                          .size = u32(bytes + 24),
                          .at = u32(bytes + 42),
                          .name = (const char *)bytes + ENTRY,
                          .name_length = name,
                          .length = ENTRY + name + extra + comment};
    if (entry.length > rest)
        return false;
    const uint8_t *field = bytes + ENTRY + name, *end = field + extra;
    while (end - field >= 4 && u16(field + 2) <= end - field - 4) {
        const uint8_t *value = field + 4, *after = value + u16(field + 2);
        uint64_t *const wide[] = {&entry.size, &entry.packed, &entry.at};
        for (size_t i = 0; i < 3 && u16(field) == 1; i++)
            if (*wide[i] == IN_64_BITS && after - value >= 8) {
                *wide[i] = number(value, 8);
                value += 8;
            }
        field = after;
    }
    *ret_entry = entry;
    return true;
}

/* The place of the end record in the last bytes of the file, or -1. */
static ptrdiff_t find_end(const uint8_t *bytes, size_t size)
{
    for (ptrdiff_t at = (ptrdiff_t)size - END; at >= 0; at--)
        if (begins(bytes + at, 0x0605) && u16(bytes + at + 20) == size - (size_t)at - END)
            return at;
    return -1;
}

/* tail: the last bytes of the file; end: the end record in it. */
static int find_directory(const struct zip *zip, const uint8_t *tail, ptrdiff_t end,
                          uint64_t *ret_at, uint64_t *ret_size, struct err *err)
{
    const uint8_t *locator = end >= LOCATOR ? tail + end - LOCATOR : NULL;
    uint8_t wide[END64];
    *ret_size = u32(tail + end + 12);
    *ret_at = u32(tail + end + 16);
    if (!locator || !begins(locator, 0x0706))
        return 0;
    if (read_at(zip, number(locator + 8, 8), wide, sizeof wide, err))
        return -1;
    if (!begins(wide, 0x0606))
        return err_set(err, "%s: damaged zip archive: its 64-bit end record is not where it says",
                       zip->path);
    *ret_size = number(wide + 40, 8);
    *ret_at = number(wide + 48, 8);
    return 0;
}

static int read_directory(struct zip *zip, struct err *err)
{
    const size_t size =
        zip->size < END + LONGEST_COMMENT ? (size_t)zip->size : END + LONGEST_COMMENT;
    uint64_t at = 0, directory_size = 0;
    uint8_t *tail;
    MEM_NEW(tail, size);
    int failed = read_at(zip, zip->size - size, tail, size, err);
    const ptrdiff_t end = failed ? -1 : find_end(tail, size);
    if (!failed && end < 0)
        failed = err_set(
            err, "%s: expected a zip archive, found %s: get it again, whole", zip->path,
            size > 4 && begins(tail, 0x0403) ? "no end of one (cut short?)" : "something else");
    if (!failed)
        failed = find_directory(zip, tail, end, &at, &directory_size, err);
    mem_free(tail);
    if (failed)
        return -1;
    if (directory_size > LARGEST_DIRECTORY || directory_size > zip->size)
        return err_set(err, "%s: damaged zip archive: a directory of %llu bytes", zip->path,
                       (unsigned long long)directory_size);
    zip->directory_size = (size_t)directory_size;
    MEM_NEW(zip->directory, zip->directory_size);
    return read_at(zip, at, zip->directory, zip->directory_size, err);
}

int zip_open(const char *path, struct zip *ret_zip, struct err *err)
{
    struct zip zip = {.path = path, .file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    struct stat about;
    if (zip.file < 0)
        return err_set(err, "%s: cannot be opened: %s", path, strerror(errno));
    int failed = 0;
    if (fstat(zip.file, &about) || !S_ISREG(about.st_mode))
        failed = err_set(err, "%s: expected a regular file, found something else", path);
    zip.size = failed ? 0 : (uint64_t)about.st_size;
    if (!failed)
        failed = read_directory(&zip, err);
    if (failed)
        zip_close(&zip);
    else
        *ret_zip = zip;
    return failed;
}

void zip_close(struct zip *zip)
{
    close(zip->file);
    mem_free(zip->directory);
    *zip = (struct zip){.file = -1};
}

void zip_add_names(const struct zip *zip, struct str *ret_text)
{
    struct entry entry;
    for (size_t at = 0; entry_at(zip, at, &entry); at += entry.length)
        str_addf(ret_text, "%s%.*s", at ? ", " : "", (int)entry.name_length, entry.name);
}

static bool find_entry(const struct zip *zip, const char *name, struct entry *ret_entry)
{
    for (size_t at = 0; entry_at(zip, at, ret_entry); at += ret_entry->length)
        if (ret_entry->name_length == strlen(name) &&
            memcmp(ret_entry->name, name, ret_entry->name_length) == 0)
            return true;
    return false;
}

bool zip_has(const struct zip *zip, const char *name)
{
    struct entry entry;
    return find_entry(zip, name, &entry);
}

/* ---- A member ---------------------------------------------------------------------------------*/

struct member {
    const struct zip *zip;
    struct entry entry;
    uint64_t at, packed_left; /* of what is packed, still to be read */
    uint64_t left;            /* of what comes out */
    uint32_t crc;             /* of what came out */
    z_stream stream;          /* DEFLATED */
    uint8_t chunk[CHUNK];
};

static int damaged(const struct loader_file *file, const char *how, struct err *err)
{
    return err_set(err, "%s: damaged zip archive: %s", str_text(&file->path), how);
}

/* Unpacks up to size bytes; *ret_got: how many. */
static int inflate_some(struct loader_file *file, struct member *m, void *into, unsigned size,
                        unsigned *ret_got, struct err *err)
{
    m->stream.next_out = into;
    m->stream.avail_out = size;
    while (m->stream.avail_out > 0) {
        if (m->stream.avail_in == 0 && m->packed_left > 0) {
            const size_t part = m->packed_left < CHUNK ? (size_t)m->packed_left : CHUNK;
            if (read_at(m->zip, m->at, m->chunk, part, err))
                return -1;
            m->at += part;
            m->packed_left -= part;
            m->stream.next_in = m->chunk;
            m->stream.avail_in = (unsigned)part;
        }
        const int code = inflate(&m->stream, Z_NO_FLUSH);
        if (code == Z_STREAM_END)
            break;
        if (code != Z_OK)
            return damaged(file,
                           code == Z_BUF_ERROR ? "the packed data is cut short"
                           : m->stream.msg     ? m->stream.msg
                                               : "the packed data cannot be unpacked",
                           err);
    }
    *ret_got = size - m->stream.avail_out;
    return 0;
}

static int read_member(struct loader_file *file, void *into, unsigned size, struct err *err)
{
    struct member *m = file->stream;
    unsigned got = m->left < size ? (unsigned)m->left : size;
    if (m->entry.method == DEFLATED) {
        if (inflate_some(file, m, into, size, &got, err))
            return -1;
    } else if (got > 0) {
        if (read_at(m->zip, m->at, into, got, err))
            return -1;
        m->at += got;
    }
    if (got > m->left)
        return damaged(file, "more is packed in it than its size says", err);
    m->left -= got;
    m->crc = (uint32_t)crc32(m->crc, into, got);
    if (got == 0 && m->left > 0)
        return damaged(file, "less is packed in it than its size says", err);
    if (got == 0 && m->crc != m->entry.crc)
        return damaged(file, "the checksum differs", err);
    return (int)got;
}

static void close_member(struct loader_file *file)
{
    struct member *m = file->stream;
    if (m->entry.method == DEFLATED)
        inflateEnd(&m->stream);
    mem_free(m);
}

static int check_entry(const struct loader_file *file, const struct zip *zip,
                       const struct entry *entry, struct err *err)
{
    const char *path = str_text(&file->path);
    if (entry->flags & 1)
        return err_set(err, "%s: encrypted: unpack it and pack it without a password", path);
    if (entry->method != STORED && entry->method != DEFLATED)
        return err_set(err,
                       "%s: packed by method %d: only stored (0) and deflated (8) members are read "
                       "(numpy.savez, savez_compressed)",
                       path, entry->method);
    if (entry->packed > zip->size ||
        entry->size > (entry->method == STORED ? entry->packed : MOST_FROM_A_BYTE * entry->packed))
        return damaged(file, "its sizes cannot be", err);
    return 0;
}

/* Where its bytes begin: behind a header of its own. */
static int find_bytes(const struct zip *zip, const struct loader_file *file,
                      const struct entry *entry, uint64_t *ret_at, struct err *err)
{
    uint8_t local[LOCAL];
    if (read_at(zip, entry->at, local, sizeof local, err))
        return -1;
    if (!begins(local, 0x0403))
        return damaged(file, "it is not where the directory says", err);
    *ret_at = entry->at + LOCAL + u16(local + 26) + u16(local + 28);
    return 0;
}

int zip_member(const struct zip *zip, const char *name, struct loader_file *ret_file,
               struct err *err)
{
    struct loader_file file = {.read = read_member};
    struct entry entry;
    struct member *m;
    uint64_t at = 0;
    str_addf(&file.path, "%s: %s", zip->path, name);
    if (!find_entry(zip, name, &entry)) {
        str_release(&file.path);
        return err_set(err, "%s: expected a member %s, found none", zip->path, name);
    }
    if (check_entry(&file, zip, &entry, err) || find_bytes(zip, &file, &entry, &at, err)) {
        str_release(&file.path);
        return -1;
    }
    MEM_NEW(m, 1);
    m->zip = zip;
    m->entry = entry;
    m->at = at;
    m->packed_left = entry.packed;
    m->left = entry.size;
    m->crc = (uint32_t)crc32(0, NULL, 0);
    if (entry.method == DEFLATED)
        REQUIRE(inflateInit2(&m->stream, -MAX_WBITS) == Z_OK);
    file.stream = m;
    file.close = close_member;
    file.guess = (size_t)entry.size + 1; /* its end is seen without growing */
    file.room = 1;
    MEM_NEW(file.bytes, file.room);
    *ret_file = file;
    return 0;
}
