/*
 * sums: checksums as publishers give them, SHA-256 or MD5 in hex, told apart by their length.
 */
#pragma once

#include "base/hash.h"

#include <stdbool.h>

/* The checksum of a name in a text as sha256sum and md5sum print it, a line each; false: none. */
bool sums_find(const char *text, const char *name, char ret_sum[HASH_HEX_SIZE]);
/* "MD5", "SHA-256" */
const char *sums_kind(const char *sum);
/* A hash of the kind that the sum is. */
struct hash *sums_hash(const char *sum);
/* Whether the hash, which it finishes, is the sum, and what it is. */
bool sums_match(struct hash *hash, const char *sum, char ret_found[HASH_HEX_SIZE]);
/* The same of a file's content. */
int sums_check(const char *path, const char *sum, bool *ret_right, char ret_found[HASH_HEX_SIZE],
               struct err *err);
