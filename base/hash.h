/*
 * hash: SHA-256 (nettle) of data given piece by piece, as 64 lower-case hex digits; or
 * MD5, as 32, for files of which nothing else is published.
 *
 *     struct hash *h = hash_new();
 *     hash_add(h, bytes, count);
 *     char hex[HASH_HEX_SIZE];
 *     hash_finish(h, hex);             frees h
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

enum { HASH_HEX_SIZE = 65, HASH_BASE64_SIZE = 45 };

struct hash *hash_new(void);
struct hash *hash_new_md5(void);
void hash_add(struct hash *hash, const void *bytes, size_t count);
void hash_finish(struct hash *hash, char ret_hex[HASH_HEX_SIZE]);
/* The same in base64 (RFC 4648), with its '='. */
void hash_finish_base64(struct hash *hash, char ret_text[HASH_BASE64_SIZE]);

/* All three, for what is in one piece. */
void hash_bytes(const void *bytes, size_t count, char ret_hex[HASH_HEX_SIZE]);
/* Of a whole file; the error names it. */
int hash_file(const char *path, char ret_hex[HASH_HEX_SIZE], struct err *err);
/* The same with any hash, which is finished, also after an error. */
int hash_finish_file(struct hash *hash, const char *path, char ret_hex[HASH_HEX_SIZE],
                     struct err *err);
