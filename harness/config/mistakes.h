/*
 * mistakes: what is wrong with an experiment's file, gathered while it is read, told all at once.
 * Its notes, what the file asks for and will not get, are a list of the same kind.
 *
 *     mistakes_add(mistakes, node->place, "rate", "expected a number, found '%s'", text);
 *     ...
 *     mistakes_write(mistakes, "fashion.yaml", "", &text);
 *
 * gives, one line each, in the order of the file:
 *
 *     fashion.yaml:7:12: rate: expected a number, found 'x'
 *     --set train.epochs: expected a whole number from 1 to 100000, found '0'
 */
#pragma once

#include "base/str.h"

#include <stddef.h>

/* Where a value was written. */
struct place {
    const char *set;  /* the path of the --set that it came from; NULL: the file */
    int line, column; /* from 1, in characters; 0: the file as a whole */
};

struct mistake {
    struct place place;
    char *text;
    size_t order; /* of discovery, for two at one place */
};

/* Starts as {0}. */
struct mistakes {
    struct mistake *items;
    size_t count;
    size_t dropped; /* beyond what anybody reads */
};

/*
 * label: the name of what is wrong, put before the text; NULL for none. Left out where the place
 * says it already ("--set rate: rate: ..."). The same text at the same place is kept once.
 */
void mistakes_add(struct mistakes *mistakes, struct place place, const char *label,
                  const char *format, ...) __attribute__((format(printf, 4, 5)));
/* In the order in which they are told: the file's first, by place. */
void mistakes_sort(struct mistakes *mistakes);
/* Sorts, and appends one line each. kind: what stands between place and text, as in "note: ". */
void mistakes_write(struct mistakes *mistakes, const char *path, const char *kind,
                    struct str *ret_text);
void mistakes_release(struct mistakes *mistakes);

/* Appends the start of a value that a message repeats, cut between characters. */
void mistakes_quote(struct str *ret_text, const char *value);

/* "7:12" or "--set rate": for a message that names a second place. "" for the file as a whole. */
void place_write(struct place place, struct str *ret_text);
/* The same before a message: "fashion.yaml:7:12: ", "--set rate: ", "fashion.yaml: ". */
void place_introduce(struct place place, const char *path, struct str *ret_text);
