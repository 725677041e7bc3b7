#include "base/disk.h"

#include <errno.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

/* Of Linux's <linux/magic.h>, and of those that live outside its tree. magic 0: not one of its own,
 * or of no use. */
static const struct network {
    const char *type;
    uint32_t magic;
} networks[] = {
    /* 9p and virtiofs are not here: virtual machines and sandboxes have them for folders nobody
       else writes to. */
    {"afs", 0x5346414f},
    {"afs", 0x6b414653}, /* the kernel's own */
    {"beegfs", 0x19830326},
    {"ceph", 0x00c36400},
    {"cifs", 0xff534d42},
    {"coda", 0x73757245},
    {"gfs2", 0x01161970},
    {"glusterfs", 0},
    {"gpfs", 0x47504653},
    {"lustre", 0x0bd00bd0},
    {"ncpfs", 0x0000564c},
    {"nfs", 0x00006969},
    {"nfs4", 0},
    {"ocfs2", 0x7461636f},
    {"orangefs", 0x20030528},
    {"panfs", 0xaad7aaea},
    {"smb3", 0xfe534d42},
    {"smbfs", 0x0000517b},
    {"wekafs", 0},
    {"fuse.ceph-fuse", 0},
    {"fuse.gcsfuse", 0},
    {"fuse.glusterfs", 0},
    {"fuse.juicefs", 0},
    {"fuse.moosefs", 0},
    {"fuse.rclone", 0},
    {"fuse.s3fs", 0},
    {"fuse.sshfs", 0},
};
enum { NETWORKS = sizeof networks / sizeof *networks };

bool disk_is_network(const char *type)
{
    for (size_t i = 0; i < NETWORKS; i++)
        if (strcmp(type, networks[i].type) == 0)
            return true;
    return false;
}

const char *disk_network_name(uint32_t magic)
{
    for (size_t i = 0; i < NETWORKS; i++)
        if (magic && networks[i].magic == magic)
            return networks[i].type;
    return NULL;
}

/* Length of a mount point that holds the path, else 0. */
static size_t holds(const char *mount, const char *path)
{
    const size_t length = strlen(mount);
    if (strcmp(mount, "/") == 0)
        return 1;
    const char after = strncmp(mount, path, length) == 0 ? path[length] : 'x';
    return after == '\0' || after == '/' ? length : 0;
}

int disk_stat(const char *path, struct disk *ret_disk, struct err *err)
{
    struct statvfs system;
    char *real = realpath(path, NULL);
    if (!real || statvfs(real, &system)) {
        err_set(err, "%s: %s", path, strerror(errno));
        free(real);
        return -1;
    }
    struct disk disk = {
        .type = "unknown",
        .free_bytes = (int64_t)(system.f_bavail * system.f_frsize),
    };
    /* By name first, since statfs's magic number is the same for all that FUSE carries; by number
       too, since names are not to be had without /proc. Of two mounts at one place the later hides
       the earlier. */
    FILE *mounts = setmntent("/proc/self/mounts", "r");
    struct mntent entry;
    char texts[4096];
    size_t longest = 0;
    while (mounts && getmntent_r(mounts, &entry, texts, sizeof texts)) {
        const size_t length = holds(entry.mnt_dir, real);
        if (length == 0 || length < longest)
            continue;
        longest = length;
        snprintf(disk.type, sizeof disk.type, "%s", entry.mnt_type);
    }
    if (mounts)
        endmntent(mounts);
    struct statfs numbers;
    const char *name =
        statfs(real, &numbers) == 0 ? disk_network_name((uint32_t)numbers.f_type) : NULL;
    if (name && !disk_is_network(disk.type))
        snprintf(disk.type, sizeof disk.type, "%s", name);
    free(real);
    disk.network = disk_is_network(disk.type);
    *ret_disk = disk;
    return 0;
}
