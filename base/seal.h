/*
 * seal: a file of bytes that carries its own SHA-256 at its end.
 *
 * It appears whole or not at all (save.h), and a reader knows whether what it reads is what was
 * written: a file that was cut, or in which a bit fell over, is not read.
 *
 *     struct seal *seal;
 *     if (seal_open("results/artifacts/3f2a", &seal, &err))
 *         ...
 *     seal_put(seal, bytes, count);
 *     if (seal_close(seal, &err))
 *         ...
 *
 *     switch (seal_read(path, &bytes, &size, &err)) { ... }
 */
#pragma once

#include "base/err.h"

#include <stddef.h>

struct seal;

/* The folder is made where only itself is missing. */
int seal_open(const char *path, struct seal **ret_seal, struct err *err);
/* What goes wrong is told by seal_close. */
void seal_put(struct seal *seal, const void *bytes, size_t count);
/* Seals, syncs, names and frees it; after an error nothing has changed at path. */
int seal_close(struct seal *seal, struct err *err);

enum seal_found { SEAL_ABSENT, SEAL_WHOLE, SEAL_DAMAGED };

/*
 * WHOLE: all that was put, in memory that is 64-byte aligned and the caller's (mem_free). DAMAGED:
 * *err says what is wrong, without the path.
 */
enum seal_found seal_read(const char *path, char **ret_bytes, size_t *ret_size, struct err *err);
