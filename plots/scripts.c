#include "plots/scripts.h"

#include "base/folder.h"
#include "base/save.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* The i-th script of a figure and its file's name; NULL: there are no more. */
static const char *script_at(const struct figure *figure, size_t i, struct arena *arena,
                             const char **ret_name)
{
    if (i >= 2)
        return figure_shared_at(i - 2, ret_name);
    *ret_name = arena_printf(arena, "%s.%s", figure->name, i ? "gp" : "sql");
    return i ? figure_gp(figure) : figure_sql(figure);
}

/* 1: it is there, and ret_script is its text, the arena's; 0: there is none; -1. */
static int read_script(const char *path, struct arena *arena, const char **ret_script,
                       struct err *err)
{
    struct str text = {0};
    if (str_add_file(&text, path, SIZE_MAX, err))
        return errno == ENOENT ? 0 : -1;
    *ret_script = str_keep(&text, arena);
    return 1;
}

/* Whether the file may get this text; ret_there: it has it already. */
static int check_script(const char *path, const char *script, struct arena *arena, bool *ret_there,
                        struct err *err)
{
    const char *found;
    const int there = read_script(path, arena, &found, err);
    if (there < 0)
        return -1;
    if (there && strcmp(found, script) != 0)
        return err_set(err,
                       "%s is not as winnow would write it: it was edited, or is of another "
                       "version. It stays; move it away, or give another folder",
                       path);
    *ret_there = there == 1;
    return 0;
}

int scripts_write(const struct figure *figure, const char *directory, struct str *ret_files,
                  struct err *err)
{
    struct arena arena = {0};
    struct str files = {0};
    const char *name, *script;
    bool there = false;
    int failed = folder_make(directory, err);
    for (size_t i = 0; !failed && (script = script_at(figure, i, &arena, &name)); i++)
        failed = check_script(arena_printf(&arena, "%s/%s", directory, name), script, &arena,
                              &there, err);
    for (size_t i = 0; !failed && (script = script_at(figure, i, &arena, &name)); i++) {
        const char *path = arena_printf(&arena, "%s/%s", directory, name);
        failed = check_script(path, script, &arena, &there, err) ||
                 (!there && save_file(path, script, err));
        str_addf(&files, "%s\n", path);
    }
    if (!failed)
        str_add(ret_files, str_text(&files));
    str_release(&files);
    arena_release(&arena);
    return failed ? -1 : 0;
}

int scripts_use(const struct figure *figure, const char *directory, struct arena *arena,
                struct figure *ret_figure, struct err *err)
{
    struct figure mine = *figure;
    const char *name, *script;
    int found = 0;
    for (size_t i = 0; (script = script_at(figure, i, arena, &name)); i++) {
        const int there =
            read_script(arena_printf(arena, "%s/%s", directory, name), arena, &script, err);
        if (there < 0)
            return -1;
        found += there;
        if (there && i < 2)
            *(i ? &mine.gp : &mine.sql) = script;
    }
    if (!found) {
        struct str word = {0};
        str_add_word(&word, directory);
        return err_set(err,
                       "%s has none of the scripts of %s; `winnow plot %s --eject %s` "
                       "writes them",
                       directory, figure->name, figure->name, str_keep(&word, arena));
    }
    mine.scripts = arena_strdup(arena, directory);
    *ret_figure = mine;
    return 0;
}

int scripts_shared(const struct figure *figure, const char *name, struct arena *arena,
                   const char **script, struct err *err)
{
    if (!figure->scripts)
        return 0;
    return read_script(arena_printf(arena, "%s/%s", figure->scripts, name), arena, script, err) < 0
               ? -1
               : 0;
}
