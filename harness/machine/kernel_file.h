/*
 * kernel_file: what Linux tells in the small files of /proc and /sys: a number, a line, and where
 * this process's cgroups are.
 *
 * root goes before every path: "" for the running system, a folder with copies for a test. What is
 * not to be had is -1 or "", and no error: every machine lacks some of it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { KERNEL_PATH = 512 }; /* bytes; what is longer counts as not there */

/* The whole number that a file begins with; -1: there is none. */
int64_t kernel_number(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Calls visit with the folders of this process's cgroup and of all above it, in the hierarchies
 * that may limit processor time: version 2, and version 1's `cpu`. Some of them may not exist.
 */
void kernel_cgroups(const char *root, void (*visit)(void *context, const char *folder),
                    void *context);
/* The processor time that they allow, in processors; INFINITY: no limit. */
double kernel_quota(const char *root);
/* How often they were held back for it; -1: not told. */
int64_t kernel_quota_throttled(const char *root);
