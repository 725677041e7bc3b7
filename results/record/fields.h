/*
 * fields: the members of each kind of record, listed once for all that carry records: the lines
 * between processes (wire.h) and the tables of the database (results/store_attempt.c).
 *
 * To add a number to an epoch's record: docs/howto/number.md. To another one: its member in
 * record.h, its line in fields.c, and a migration (results/migrate.h). A test compares fields and
 * schema.
 *
 *     for (const struct field *f = record_forms[record.kind].fields; f->name; f++)
 *         if (f->type == FIELD_DOUBLE)
 *             printf("%s %g\n", f->name, *(const double *)field_at(f, &record));
 */
#pragma once

#include "results/record/record.h"

enum field_type {
    FIELD_INT,
    FIELD_INT64,
    FIELD_DOUBLE,
    FIELD_TEXT,   /* const char *, may be NULL */
    FIELD_NAME,   /* an enum; carried as the name of its value */
    FIELD_BITS,   /* const uint8_t *, as many bits as the int64_t at `count` says */
    FIELD_INT64S, /* const int64_t *, as many as the int at `count` says */
    FIELD_PHASES, /* int64_t[PHASE_COUNT] */
};

/* What is NULL in a column; besides, a double that is not finite and a text that is NULL are. */
enum field_rule {
    FIELD_PLAIN,     /* nothing else */
    FIELD_OR_EMPTY,  /* a text that is NULL is '' */
    FIELD_MEASURED,  /* a number below 0; one that a line of an older program lacks: -1 */
    FIELD_FROM_ONE,  /* a number below 1 */
    FIELD_ADDED,     /* nothing else; a double that a line of an older program lacks: NAN */
    FIELD_NO_COLUMN, /* it has none */
};

struct field {
    const char *name; /* in a line, and of the column */
    enum field_type type;
    enum field_rule rule;
    size_t offset;            /* in struct record */
    size_t count;             /* likewise, of BITS and INT64S: where their number is */
    const char *const *names; /* of NAME: of the values from 0 on, NULL behind the last */
};

struct record_form {
    const char *type;           /* "epoch" */
    const char *table;          /* whose columns the fields are; NULL: it is not stored */
    const struct field *fields; /* to the one whose name is NULL */
};
extern const struct record_form record_forms[RECORD_KINDS];

static inline const void *field_at(const struct field *field, const struct record *record)
{
    return (const char *)record + field->offset;
}

/* The length of a field that is an array. */
static inline const void *field_count_at(const struct field *field, const struct record *record)
{
    return (const char *)record + field->count;
}
