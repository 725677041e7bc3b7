/*
 * paper_outputs: the files of a paper, and manifest.json, which says what each was made of.
 *
 *     struct paper_job job = {.db = db, .paper = "a", .size = "night", .directory = "out"};
 *     struct paper_outputs outputs;
 *     if (paper_collect(&job, &outputs, &err)) ...      all that is to be written; nothing is yet
 *     if (paper_write(&job, &outputs, force, &files, &err)) ...
 *     if (paper_verify(&job, &outputs, &lines, &err)) ...
 *     paper_outputs_release(&outputs);
 *
 * The manifest has, of each file, its SHA-256, that of the data in it and that of the queries and
 * scripts that made it; the paper's experiments with a SHA-256 of their runs; the program's
 * revision, and the environments in which the runs were made. It is written last.
 */
#pragma once

#include "base/hash.h"
#include "base/mem.h"
#include "base/str.h"
#include "plots/render.h"

#include <stdbool.h>
#include <stddef.h>

struct sqlite3;

struct paper_job {
    struct sqlite3 *db;
    const char *paper, *size, *directory, *db_path;
    bool data_only; /* figures as TSV alone */
};

struct paper_output {
    const char *item;            /* "tables/time.csv"; of a figure "EXPERIMENT/NAME" */
    const char *experiment;      /* of a figure */
    const struct figure *figure; /* NULL: text is the file */
    struct str text;             /* or what the figure shows */
    char data[HASH_HEX_SIZE], source[HASH_HEX_SIZE];
};

struct paper_outputs {
    struct paper_output *items;
    size_t count;
    struct str skipped; /* a line for each figure that has nothing to show */
    struct str summary; /* the claims, a line each */
    struct arena arena;
};

int paper_collect(const struct paper_job *job, struct paper_outputs *ret_outputs, struct err *err);
void paper_outputs_release(struct paper_outputs *outputs);

/*
 * Writes all of them and the manifest; ret_files: a path a line. Without force a file that somebody
 * edited since the last time, or that was there and not made by this, is an error, and nothing is
 * written. What the last time made and this does not is removed.
 */
int paper_write(const struct paper_job *job, const struct paper_outputs *outputs, bool force,
                struct str *ret_files, struct err *err);

/* Appends a line for each file that is edited, missing, out of date or not there yet, and for each
 * experiment whose runs, file or machines changed: "" is good. No manifest is an error. */
int paper_verify(const struct paper_job *job, const struct paper_outputs *outputs,
                 struct str *ret_lines, struct err *err);
