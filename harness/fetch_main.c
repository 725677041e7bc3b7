/*
 * winnow-fetch: what `winnow fetch` becomes (harness/cmd/machine/fetch.c), with the same arguments.
 *
 * On a terminal the file that comes is one line, drawn anew ten times a second; elsewhere a line
 * tells of each file when it is there. A signal ends it at once: what has come is kept.
 */
#include "base/json.h"
#include "base/time.h"
#include "harness/cmd/machine/fetch.h"
#include "harness/fetch/fetch.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { MOST_SUMS = 1 << 20 };

struct screen {
    bool live;        /* stderr is a terminal whose cursor moves */
    int64_t drawn_at; /* time_now() */
};

static void clear(struct screen *screen)
{
    if (screen->drawn_at)
        fputs("\r\033[K", stderr);
    screen->drawn_at = 0;
}

static void progress(void *context, const char *name, int64_t bytes, int64_t all)
{
    struct screen *screen = context;
    struct str text = {0};
    if (!screen->live || time_now() - screen->drawn_at < TIME_SECOND / 10)
        return;
    screen->drawn_at = time_now();
    str_addf(&text, "%s: ", name);
    str_add_size(&text, bytes);
    if (all) {
        str_add(&text, " of ");
        str_add_size(&text, all);
    }
    fprintf(stderr, "\r%s\033[K", str_text(&text));
    str_release(&text);
}

static void note(void *context, const char *text)
{
    clear(context);
    fprintf(stderr, "%s\n", text);
}

static const char *const *search(const struct fetch_values *values, struct arena *arena)
{
    const char *const *dirs = dataset_dirs(values->data_dir, arena);
    const char **only;
    if (!values->data_dir)
        return dirs;
    ARENA_NEW(arena, only, 2);
    only[0] = dirs[0];
    return only;
}

static int read_options(const struct fetch_values *values, struct arena *arena,
                        struct fetch_options *ret_options, struct err *err)
{
    const size_t length = values->from ? strlen(values->from) : 0;
    struct str sums = {0};
    if (values->sums && str_add_file(&sums, values->sums, MOST_SUMS, err))
        return err_prefix(err, "--sums: ");
    *ret_options = (struct fetch_options){
        .base = length ? arena_printf(arena, "%s%s", values->from,
                                      values->from[length - 1] == '/' ? "" : "/")
                       : NULL,
        .sums = values->sums ? str_keep(&sums, arena) : NULL,
        .npm = values->via == FETCH_VIA_NPM,
        .stall = values->stall,
    };
    return 0;
}

static int fetch(const struct fetch_values *values, const struct dataset_type *type,
                 const struct fetch_options *options, struct arena *arena, struct err *err)
{
    const char *const *dirs = search(values, arena);
    const char *folder = dataset_home(type, dirs[0], arena);
    struct screen screen = {.live = cmd_terminal_of(STDERR_FILENO).live};
    const struct fetch_watch watch = {progress, note, &screen};
    struct str found = {0};
    size_t dir;
    int failed = 0;
    if (dataset_locate(type, NULL, dirs, &found, &dir, NULL) == 0 &&
        strcmp(str_text(&found), folder) != 0) {
        folder = str_keep(&found, arena);
        note(&screen, arena_printf(arena, "%s is there already; --data-dir chooses another place",
                                   type->name));
    } else {
        failed = fetch_dataset(type, folder, options, &watch, err);
    }
    clear(&screen);
    if (!failed)
        puts(folder);
    str_release(&found);
    return failed;
}

int main(int argc, char **argv)
{
    struct fetch_values values;
    const struct dataset_type *type;
    struct fetch_options options;
    struct arena arena = {0};
    struct err err;
    cmd_open_streams();
    json_begin();
    const int done = fetch_parse(argc, argv, &values, &type);
    if (done >= 0)
        return done;
    const int wrong = read_options(&values, &arena, &options, &err);
    const int failed = wrong || fetch(&values, type, &options, &arena, &err);
    arena_release(&arena);
    if (failed)
        return cmd_fail(&fetch_line, wrong ? EXIT_USAGE : EXIT_ENVIRONMENT, err.text);
    return fflush(stdout) || ferror(stdout)
               ? cmd_fail(&fetch_line, EXIT_ENVIRONMENT, "cannot write the output")
               : EXIT_DONE;
}
