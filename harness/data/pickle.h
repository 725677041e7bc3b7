/*
 * pickle: what Python's pickles of CIFAR hold, read without executing anything (pickle.c).
 *
 *     const struct pickle *root, *labels;
 *     if (pickle_read(path, bytes, size, &arena, &root, err)) ...
 *     labels = pickle_find(root, "labels");
 *     for (const struct pickle_item *item = labels->first; item; item = item->next) ...
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pickle_kind {
    PICKLE_NOTHING, /* None, False and True */
    PICKLE_NUMBER,
    PICKLE_TEXT,
    PICKLE_LIST,  /* or a tuple */
    PICKLE_DICT,  /* keys and values by turns */
    PICKLE_BYTES, /* of numpy's array of unsigned bytes, rows first */
    PICKLE_NAME,  /* of one of numpy's things */
    PICKLE_MARK,
};

struct pickle_item;

struct pickle {
    enum pickle_kind kind;
    int64_t number;
    const uint8_t *bytes; /* TEXT, BYTES, NAME: [length], in the file */
    size_t length;
    size_t rows; /* BYTES: its first dimension, which divides its length; 0: not filled yet */
    size_t n;    /* LIST, DICT */
    struct pickle_item *first, *last;
};

struct pickle_item {
    struct pickle *value;
    struct pickle_item *next;
};

/* bytes stay as long as what is read, which is in the arena. Errors name the byte. */
int pickle_read(const char *path, const uint8_t *bytes, size_t size, struct arena *arena,
                const struct pickle **ret_root, struct err *err);
/* Of a dictionary, the value of that key, or NULL. */
const struct pickle *pickle_find(const struct pickle *dict, const char *key);
