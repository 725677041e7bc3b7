/*
 * str: growing strings, strict number parsing, "did you mean", and text made UTF-8.
 *
 *     struct str s = {0};
 *     str_addf(&s, "%s: %d", name, n);
 *     puts(str_text(&s));
 *     str_release(&s);
 *
 * Numbers are parsed here and nowhere else (locale, octal, nan and hex are the traps).
 */
#pragma once

#include "base/err.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct arena;

struct str {
    char *text; /* NULL while empty; else NUL-terminated */
    size_t length, size;
};

void str_add(struct str *str, const char *text);
void str_add_bytes(struct str *str, const char *bytes, size_t count);
void str_addf(struct str *str, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_vaddf(struct str *str, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
/* A whole file. One that cannot be read, or has more than `most` bytes, is an error, with the cause
 * in errno (EFBIG), and nothing is added. A pipe is read to its end, unless nothing writes into it
 * within a second (ENODATA). */
int str_add_file(struct str *str, const char *path, size_t most, struct err *err);
/* What follows `start` in the first line of a file that begins with it, without its end; for small
 * files of the system's, whose lines have less than 512 bytes. false: there is none. */
bool str_add_line(struct str *str, const char *path, const char *start);
/* "0.3 s", "45 s", "3 min 12 s", "2 h 05 min" */
void str_add_duration(struct str *str, double seconds);
/* "820 bytes", "12.0 MiB" */
void str_add_size(struct str *str, int64_t bytes);
/* A mark in a text, and what is to stand in its place. */
struct str_place {
    const char *mark, *text;
};
/* The text with all marks replaced; what was put in their places is not looked at again. */
void str_add_filled(struct str *str, const char *text, const struct str_place *places,
                    size_t count);
/*
 * To the next part of a text whose parts end with one of the characters: part becomes it, without
 * that, and *text points behind. false: there is no more. Of "a\n\nb\n" and '\n' the parts are "a",
 * "" and "b".
 *
 *     struct str line = {0};
 *     for (const char *at = text; str_next(&line, &at, "\n");)
 *         puts(str_text(&line));
 *     str_release(&line);
 */
bool str_next(struct str *part, const char **text, const char *ends);
/* Whether one of the parts of a list, "a,b", is the word. */
bool str_lists(const char *list, const char *ends, const char *word);
/* 'it'\''s': one word for sh, whatever is in it. */
void str_add_quoted(struct str *str, const char *word);
/* The same for people, on one line of what can be shown, to be copied. They are spared the quotes
 * around a word that sh takes as it stands; one that cannot be shown is $'a\033', which bash, zsh
 * and the sh of POSIX 2024 know. */
void str_add_word(struct str *str, const char *word);
/* Takes off the end what is among the characters. */
void str_trim(struct str *str, const char *characters);
/* Never NULL. Valid until the next change. */
const char *str_text(const struct str *str);
void str_clear(struct str *str);
void str_release(struct str *str);
/* Releases it; its text goes on in the arena. */
char *str_keep(struct str *str, struct arena *arena);
void str_release_all(struct str *const *strs, size_t count);
/* STR_RELEASE(&path, &text): str_release of each. */
#define STR_RELEASE(...)                                                                           \
    str_release_all((struct str *const[]){__VA_ARGS__},                                            \
                    sizeof((struct str *const[]){__VA_ARGS__}) / sizeof(struct str *))

/*
 * Text that comes from outside (paths, what programs print, names of processors and hosts, other
 * databases) may hold any bytes, and JSON, databases and pages hold UTF-8. It is made safe where it
 * comes in: in errors (err.c), in what is written to a database (results/db.c), in JSON
 * (base/json.h). Paths keep their bytes wherever they are opened again.
 */
#define STR_REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD, for each byte that is of no character */
/* Bytes of the character at text, 0 where there is none (RFC 3629: no overlong forms, no
 * surrogates, nothing above U+10FFFF). NUL is one. */
size_t str_utf8_length(const char *text);
bool str_is_utf8(const char *text);
void str_add_utf8(struct str *str, const char *text);
/* text itself where it is UTF-8, or else a safe copy in the arena. */
const char *str_utf8(const char *text, struct arena *arena);
/*
 * And what people are shown of it stays in its place: what commands a terminal (C0, DEL, C1), ends
 * a line, or turns the order of what follows (bidirectional overrides and isolates) becomes a
 * space, but for what is among `kept`, "\n" say; a byte that is of no character U+FFFD.
 */
void str_add_shown(struct str *str, const char *text, const char *kept);
/* text itself where it is shown as it is, on one line, or else a copy in the arena that is. */
const char *str_shown(const char *text, struct arena *arena);
/* Where the first of these is; NULL: text is shown as it is. */
const char *str_not_shown(const char *text, const char *kept);

/* Decimal integer, optional sign, no leading zeros, nothing around it. false: not one, or too big.
 */
bool str_parse_int(const char *text, int64_t *ret_value);
/* Decimal number (`1`, `-0.5`, `.5`, `5.`, `5e-4`) that a double can hold: no leading zeros, no
   nan, inf or hex, not 1e400 nor 1e-400. `-0` gives 0: one number must not have two spellings. */
bool str_parse_double(const char *text, double *ret_value);

/* Levenshtein distance with adjacent swaps, case folded. */
size_t str_distance(const char *a, const char *b);
/*
 * The candidate nearest to word, or NULL where none is near enough to be meant. candidate(context,
 * i) gives the i-th or NULL at the end.
 */
const char *str_nearest(const char *word, const char *(*candidate)(const void *context, size_t i),
                        const void *context);

/* How a refusal of a word ends: ", did you mean el2n?", or, where near is NULL, `otherwise`. A
 * value, so that it can stand among a message's arguments: str_near(near, "; see --help").text */
struct str_near {
    char text[512];
};
struct str_near str_near(const char *near, const char *otherwise);

/* For qsort() and bsearch() in an array of texts. */
int str_compare(const void *left, const void *right);

/* "1 cell", "18 cells"; noun is the singular. */
void str_add_count(struct str *str, int64_t count, const char *noun);
/* How a noun ends after a count of any type: str_addf(text, "%d cell%s", n, STR_PLURAL(n)). */
#define STR_PLURAL(count) ((count) == 1 ? "" : "s")
