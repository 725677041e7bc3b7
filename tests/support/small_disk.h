/*
 * small_disk: a disk that a test can fill: a tmpfs of some MiB, seen by the test and its children
 * only, mounted as root or in a user namespace.
 */
#pragma once

/*
 * Mounts it on a new folder of test_dir(), whose path it returns. Where neither way to mount is
 * open, the test is skipped, and says so.
 */
const char *test_small_disk(int mebibytes);
