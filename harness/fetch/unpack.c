#include "harness/fetch/unpack.h"

#include "base/mem.h"
#include "base/save.h"
#include "harness/fetch/sums.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

enum { BLOCK = 1 << 16 };

struct member {
    const struct origin_file *file;
    struct save *save; /* NULL: it has not been met */
};

struct unpacking {
    const char *path; /* of the archive */
    const char *folder;
    struct archive *archive;
    struct member *members;
    size_t count;
};

static int damaged(const struct unpacking *u, struct err *err)
{
    const char *reason = archive_error_string(u->archive);
    return err_set(err, "%s: expected an archive of the dataset, found: %s", u->path,
                   reason ? reason : "damage");
}

/* The one that a file in the archive is, and that has not been met before; or NULL. */
static struct member *find_member(const struct unpacking *u, struct archive_entry *entry)
{
    const char *path = archive_entry_pathname(entry);
    const char *slash = path ? strrchr(path, '/') : NULL, *name = slash ? slash + 1 : path;
    if (!name || archive_entry_filetype(entry) != AE_IFREG)
        return NULL;
    for (size_t i = 0; i < u->count; i++)
        if (!u->members[i].save && strcmp(u->members[i].file->name, name) == 0)
            return &u->members[i];
    return NULL;
}

static int open_member(const struct unpacking *u, struct member *member, struct err *err)
{
    struct str path = {0};
    str_addf(&path, "%s/%s", u->folder, member->file->name);
    const int failed = save_open(str_text(&path), &member->save, err);
    str_release(&path);
    return failed;
}

static int copy_member(const struct unpacking *u, struct member *member, struct err *err)
{
    const char *sum = member->file->sum;
    char bytes[BLOCK];
    la_ssize_t count;
    if (open_member(u, member, err))
        return -1;
    struct hash *hash = sum ? sums_hash(sum) : hash_new();
    while ((count = archive_read_data(u->archive, bytes, sizeof bytes)) > 0) {
        save_put(member->save, bytes, (size_t)count);
        hash_add(hash, bytes, (size_t)count);
    }
    char found[HASH_HEX_SIZE];
    const bool right = sums_match(hash, sum ? sum : "", found) || !sum;
    if (count < 0)
        return damaged(u, err);
    return right ? 0
                 : err_set(err, "%s: %s: expected %s %s, found %s", u->path, member->file->name,
                           sums_kind(sum), sum, found);
}

static int copy_members(const struct unpacking *u, struct err *err)
{
    struct archive_entry *entry;
    int result;
    while ((result = archive_read_next_header(u->archive, &entry)) == ARCHIVE_OK) {
        struct member *member = find_member(u, entry);
        if (member && copy_member(u, member, err))
            return -1;
    }
    if (result != ARCHIVE_EOF)
        return damaged(u, err);
    for (size_t i = 0; i < u->count; i++)
        if (!u->members[i].save)
            return err_set(err, "%s: expected %s in it, which is not there", u->path,
                           u->members[i].file->name);
    return 0;
}

/* Names what was written, or nothing after a failure. */
static int close_members(const struct unpacking *u, int failed, struct err *err)
{
    for (size_t i = 0; i < u->count; i++)
        if (u->members[i].save && failed)
            save_drop(u->members[i].save);
        else if (u->members[i].save)
            failed = save_close(u->members[i].save, err);
    return failed;
}

int unpack(const char *archive, const struct origin_file *members, const char *folder,
           struct err *err)
{
    struct unpacking u = {.path = archive, .folder = folder, .archive = archive_read_new()};
    while (members[u.count].name)
        u.count++;
    MEM_NEW(u.members, u.count);
    for (size_t i = 0; i < u.count; i++)
        u.members[i].file = &members[i];
    archive_read_support_filter_gzip(u.archive);
    archive_read_support_format_tar(u.archive);
    archive_read_support_format_zip(u.archive);
    int failed = archive_read_open_filename(u.archive, archive, BLOCK) ? damaged(&u, err)
                                                                       : copy_members(&u, err);
    failed = close_members(&u, failed, err);
    archive_read_free(u.archive);
    mem_free(u.members);
    return failed;
}
