#define _GNU_SOURCE /* unshare */
#include "tests/support/small_disk.h"

#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[128];

static void unmount(void)
{
    umount2(path, MNT_DETACH);
}

/* A user namespace needs to know who root is in it. */
static int enter_namespace(void)
{
    char map[64];
    if (unshare(CLONE_NEWNS) == 0)
        return 0;
    snprintf(map, sizeof map, "0 %d 1", (int)getuid());
    if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
        return -1;
    test_write_file("/proc/self/setgroups", "deny");
    test_write_file("/proc/self/uid_map", map);
    return 0;
}

const char *test_small_disk(int mebibytes)
{
    char size[32];
    snprintf(path, sizeof path, "%s/disk", test_dir());
    snprintf(size, sizeof size, "size=%dm", mebibytes);
    if (mkdir(path, 0777) || enter_namespace() ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount("tmpfs", path, "tmpfs", 0, size)) {
        fprintf(stderr, "SKIPPED: no disk to fill can be mounted here: %s\n", strerror(errno));
        cr_skip_test("no disk to fill can be mounted here");
    }
    atexit(unmount); /* before test_dir() is removed */
    return path;
}
