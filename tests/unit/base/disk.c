#include "base/disk.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(disk, network_types)
{
    static const char *const network[] = {"nfs", "nfs4", "cifs", "fuse.sshfs", "lustre"};
    static const char *const local[] = {"ext4",    "xfs", "btrfs",   "tmpfs",
                                        "overlay", "9p",  "unknown", ""};
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        cr_expect(disk_is_network(network[i]), "%s passed for local", network[i]);
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        cr_expect_not(disk_is_network(local[i]), "%s passed for a network's", local[i]);
}

/* As in Linux's <linux/magic.h>. */
Test(disk, network_magic_numbers)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } cases[] = {
        {0x6969, "nfs"},
        {0xff534d42, "cifs"},
        {0xfe534d42, "smb3"},
        {0x517b, "smbfs"},
        {0x0bd00bd0, "lustre"},
        {0x47504653, "gpfs"},
        {0x00c36400, "ceph"},
        {0x5346414f, "afs"},
        {0x73757245, "coda"},
        {0x7461636f, "ocfs2"},
        {0x01161970, "gfs2"},
        {0x19830326, "beegfs"},
        {0xef53, NULL},
        {0x58465342, NULL},
        {0x01021994, NULL},
        {0x794c7630, NULL},
        {0x01021997, NULL},
        {0x65735546, NULL},
        {0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = disk_network_name(cases[i].magic);
        cr_expect(name && cases[i].name ? strcmp(name, cases[i].name) == 0 : name == cases[i].name,
                  "%#x is '%s'", cases[i].magic, name ? name : "none");
        cr_expect(!name || disk_is_network(name), "%s", name);
    }
}

Test(disk, stat)
{
    struct disk proc, here;
    struct err err = {0};
    cr_assert_eq(disk_stat("/proc/self", &proc, &err), 0, "%s", err.text);
    cr_assert_eq(disk_stat(test_dir(), &here, &err), 0, "%s", err.text);
    cr_expect_str_eq(proc.type, "proc");
    cr_expect_not(proc.network);
    cr_expect_gt(here.free_bytes, 0);
}

Test(disk, stat_of_nothing)
{
    struct disk disk = {.free_bytes = 7};
    struct err err = {0};
    cr_expect_eq(disk_stat("/nowhere/at/all", &disk, &err), -1);
    cr_expect_str_eq(err.text, "/nowhere/at/all: No such file or directory");
    cr_expect_eq(disk.free_bytes, 7);
}
