/*
 * disk: what a folder lies on: how much is free there, and whether it is a network file system,
 * on which SQLite's locks and shared memory do not hold.
 */
#pragma once

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

struct disk {
    char type[32]; /* as the kernel names it: "ext4", "nfs4", "fuse.sshfs"; or "unknown" */
    bool network;
    int64_t free_bytes; /* for those who are not root */
};

/* path must exist. */
int disk_stat(const char *path, struct disk *ret_disk, struct err *err);

/* Whether a file system of that type is shared with other machines. */
bool disk_is_network(const char *type);
/* The name of one that is, by statfs's magic number; NULL for all others. FUSE's are told by their
 * names only. */
const char *disk_network_name(uint32_t magic);
