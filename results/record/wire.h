/*
 * wire: records between a worker and its scheduler, one JSON object a line.
 *
 *     {"type":"epoch","epoch":1,"kept":30000,"lr":0.05,...}
 *
 * Numbers keep all their bits (17 digits), NAN is null, bitmaps are base64. The fields are those of
 * results/record/fields.h.
 */
#pragma once

#include "base/err.h"
#include "base/mem.h"
#include "base/str.h"
#include "results/record/record.h"

/* Appends the line, newline included. */
void wire_encode(const struct record *record, struct str *ret_line);
/* Texts and arrays of the record live in the arena. */
int wire_decode(const char *line, struct arena *arena, struct record *ret_record, struct err *err);
