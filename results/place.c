#include "results/place.h"

#include "base/folder.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool place_network(const char *path, struct disk *ret_disk)
{
    struct str folder = {0};
    struct err err;
    folder_of(path, &folder);
    const int failed = disk_stat(str_text(&folder), ret_disk, &err);
    str_release(&folder);
    return !failed && ret_disk->network;
}

int place_check(const char *path, struct err *err)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISFIFO(about.st_mode)
               ? err_set(err, "a pipe: expected a file")
               : 0;
}

int place_make_folder(const char *path, struct err *err)
{
    struct str folder = {0};
    folder_of(path, &folder);
    const int failed = folder_make_alone(str_text(&folder), err);
    str_release(&folder);
    return failed;
}

void place_resolve(const char *path, struct str *ret_path)
{
    char real[PATH_MAX];
    if (realpath(path, real))
        str_add(ret_path, real);
    else
        str_addf(ret_path, "%s%s", path[0] == '/' ? "" : "./", path);
}

bool place_has_beside(const char *path, const char *suffix)
{
    struct str name = {0};
    str_addf(&name, "%s%s", path, suffix);
    const bool has = access(str_text(&name), F_OK) == 0;
    str_release(&name);
    return has;
}

bool place_in_use(const char *path)
{
    return place_has_beside(path, "-wal") || place_has_beside(path, "-journal");
}

bool place_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}
