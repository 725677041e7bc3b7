/*
 * json: jansson's values, made or else the process ends, from text that may hold any bytes.
 *
 *     json_t *object = json_made(json_object());
 *     json_put(object, "cpu", json_text(cpu));          read by people: made UTF-8
 *     json_put(object, "folder", json_path(folder));    opened again: every byte is kept
 *
 * jansson refuses what is not UTF-8 with the same NULL as lack of memory, and where a value is not
 * kept for lack of it, says so in a result that nobody looks at. Lack of memory is no error that
 * anybody could mend: json_begin() makes it the end of the process.
 */
#pragma once

#include <jansson.h>

struct arena;
struct str;

/* First thing in main(). */
void json_begin(void);

/* The value itself, which must be there. */
json_t *json_made(json_t *value);
/* Steals value. */
void json_put(json_t *object, const char *key, json_t *value);
/* Likewise, at an array's end. */
void json_push(json_t *array, json_t *value);
/* As json_dumps(), appended. */
void json_add_dump(struct str *ret_text, const json_t *value, size_t flags);

/* What is not UTF-8 becomes U+FFFD (str.h). NULL becomes null. */
json_t *json_text(const char *text);
/* A text where it is UTF-8, as almost all paths are; else an array of its bytes, as numbers. NULL
 * becomes null. */
json_t *json_path(const char *path);
/* What json_path() was given, in the arena; NULL for anything else. */
const char *json_path_of(const json_t *value, struct arena *arena);
