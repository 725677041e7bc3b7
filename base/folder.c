#include "base/folder.h"

#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_make(const char *path, struct err *err)
{
    struct str part = {0};
    int failed = 0;
    for (const char *p = path; *p && !failed;) {
        const size_t length = strspn(p, "/") + strcspn(p + strspn(p, "/"), "/");
        str_add_bytes(&part, p, length);
        p += length;
        if (mkdir(str_text(&part), 0777) && errno != EEXIST)
            failed = err_set(err, "cannot make the folder %s: %s", path, strerror(errno));
    }
    str_release(&part);
    return failed;
}

int folder_make_alone(const char *path, struct err *err)
{
    if (mkdir(path, 0777) && errno != EEXIST)
        return err_errno(err, "%s: cannot create the folder", path);
    return 0;
}

void folder_of(const char *path, struct str *ret_folder)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        str_add(ret_folder, ".");
    else
        str_add_bytes(ret_folder, path, slash == path ? 1 : (size_t)(slash - path));
}

const char *folder_next(struct folder *folder, const char *path)
{
    const struct dirent *entry;
    if (!folder->entries && !(folder->entries = opendir(path))) {
        folder->reason = errno;
        return NULL;
    }
    do {
        errno = 0;
        entry = readdir(folder->entries);
    } while (entry && (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0));
    if (!entry)
        folder->reason = errno;
    return entry ? entry->d_name : NULL;
}

int folder_close(struct folder *folder, const char *path, struct err *err)
{
    if (folder->entries)
        closedir(folder->entries);
    folder->entries = NULL;
    if (!folder->reason || folder->reason == ENOENT)
        return 0;
    return err_set(err, "%s: %s", path, strerror(folder->reason));
}

int folder_remove(const char *path, struct err *err)
{
    struct folder folder = {0};
    struct str file = {0};
    for (const char *name; (name = folder_next(&folder, path));) {
        str_clear(&file);
        str_addf(&file, "%s/%s", path, name);
        unlink(str_text(&file));
    }
    str_release(&file);
    if (folder_close(&folder, path, err))
        return -1;
    return rmdir(path) == 0 || errno == ENOENT ? 0 : err_errno(err, "%s", path);
}
