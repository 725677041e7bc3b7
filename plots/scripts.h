/*
 * scripts: the SQL and gnuplot of a figure as files that a user may edit.
 *
 *     struct str files = {0};
 *     struct figure mine;
 *     scripts_write(figure_find("phases"), "my", &files, &err)         phases.sql, phases.gp, and
 *                                                                      what all figures share
 *     scripts_use(figure_find("phases"), "my", &arena, &mine, &err)    a figure made of them
 *
 * What was edited is never written over.
 */
#pragma once

#include "base/mem.h"
#include "plots/render.h"

/*
 * Writes a figure's scripts into a folder (created). A file that is there with the same text stays;
 * where one has another text, that is an error that names it, and none is written. ret_files gets
 * the paths of all of them, one a line.
 */
int scripts_write(const struct figure *figure, const char *directory, struct str *ret_files,
                  struct err *err);

/*
 * The figure with those of its scripts that the folder has, the program's own for the rest. A
 * folder without any of them is an error. The text is the arena's, and so is the folder's name.
 */
int scripts_use(const struct figure *figure, const char *directory, struct arena *arena,
                struct figure *ret_figure, struct err *err);

/* A script that figures share: script becomes the folder's where the figure has one with it. */
int scripts_shared(const struct figure *figure, const char *name, struct arena *arena,
                   const char **script, struct err *err);
