/*
 * draw: figure_draw and figure_show of render.h. How: in a hidden folder are the TSV and the
 * scripts; gnuplot runs there (no shell, no settings of the user's), and the results are put into
 * place (base/save.h) only when all of them are there. Scripts name files without folders, so no
 * path ever needs quoting.
 *
 * A process that is killed (SIGKILL) while it draws leaves a folder .NAME.winnow-XXXXXX behind,
 * which goes when the figure is drawn there again.
 */
#include "base/folder.h"
#include "base/mem.h"
#include "base/process.h"
#include "base/save.h"
#include "base/scratch.h"
#include "plots/cells.h"
#include "plots/latex.h"
#include "plots/pictures.h"
#include "plots/render.h"
#include "plots/scripts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* What gnuplot writes for a format: NAME and these endings. The pictures of cairolatex have names
   of their own, for pdf has NAME.pdf. */
enum { MOST_FILES = 3 };
static const struct format {
    const char *name, *endings[MOST_FILES];
} kinds[] = {
    {"svg", {".svg"}},           {"pdf", {".pdf"}},
    {"png", {".png"}},           {"cairolatex", {"-latex.tex", "-latex.pdf"}},
    {"terminal", {".terminal"}},
};

static const struct format *format_of(const char *name)
{
    size_t i = 0;
    while (strcmp(kinds[i].name, name) != 0)
        REQUIRE(++i < sizeof kinds / sizeof *kinds);
    return &kinds[i];
}

struct job {
    const struct figure *figure;
    const char *tsv, *work, *width;
    int columns; /* of a terminal */
    bool colours;
    struct arena *arena;
};

static int write_file(const char *path, const char *text, size_t length, struct err *err)
{
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(text, 1, length, file) == length;
    if (file)
        written = fclose(file) == 0 && written;
    return written ? 0 : err_set(err, "cannot write %s: %s", path, strerror(errno));
}

/* In the folder, without the user's settings. */
static int run_gnuplot(const struct job *job, const char *format, struct err *err)
{
    const char *name = job->figure->name;
    const char *const argv[] = {
        "gnuplot",
        "--default-settings",
        "-e",
        arena_printf(job->arena,
                     "figure='%s'; format='%s'; span='%s'; terminal_columns=%d; colours=%d", name,
                     format, job->width, job->columns, job->colours),
        "style.gp",
        arena_printf(job->arena, "%s.gp", name),
        NULL,
    };
    const struct process_setup setup = {
        .argv = argv,
        .streams = {PROCESS_NOTHING, PROCESS_PIPE, PROCESS_AS_STDOUT},
        .folder = job->work,
        .mortal = true,
        .package = "gnuplot-nox",
    };
    struct str output = {0};
    struct process_end end;
    if (process_run(&setup, &output, &end, err))
        return -1;
    int failed = 0;
    str_trim(&output, " \n"); /* gnuplot puts blank lines around its messages */
    if (end.code)
        failed = err_set(err, "gnuplot cannot draw %s.%s: %.700s", name, format,
                         output.length ? output.text + strspn(output.text, " \n")
                                       : "it ended without a word");
    str_release(&output);
    return failed;
}

static char *path_in(const struct job *job, const char *directory, const char *ending)
{
    return arena_printf(job->arena, "%s/%s%s", directory, job->figure->name, ending);
}

/* The pixels of samples go to a file of their own. */
static int write_data(const struct job *job, struct err *err)
{
    const char *path = path_in(job, job->work, ".tsv");
    if (!pictures_are_in(job->tsv))
        return write_file(path, job->tsv, strlen(job->tsv), err);
    struct str table = {0}, bytes = {0};
    const int failed =
        pictures_take(job->tsv, &table, &bytes, err) ||
        write_file(path, str_text(&table), table.length, err) ||
        write_file(path_in(job, job->work, ".rgb"), str_text(&bytes), bytes.length, err);
    STR_RELEASE(&table, &bytes);
    return failed ? -1 : 0;
}

/* Into the folder: the data and the scripts. */
static int prepare(const struct job *job, struct err *err)
{
    const struct figure *figure = job->figure;
    const char *name, *script = figure_gp(figure);
    if (write_data(job, err) ||
        write_file(path_in(job, job->work, ".gp"), script, strlen(script), err))
        return -1;
    for (size_t i = 0; (script = figure_shared_at(i, &name)); i++)
        if (scripts_shared(figure, name, job->arena, &script, err) ||
            write_file(arena_printf(job->arena, "%s/%s", job->work, name), script, strlen(script),
                       err))
            return -1;
    return 0;
}

static int draw_format(const struct job *job, const struct format *format, struct err *err)
{
    if (run_gnuplot(job, format->name, err))
        return -1;
    for (size_t i = 0; i < MOST_FILES && format->endings[i]; i++) {
        struct stat about;
        if (stat(path_in(job, job->work, format->endings[i]), &about) || about.st_size == 0)
            return err_set(err, "gnuplot wrote no %s%s", job->figure->name, format->endings[i]);
    }
    return 0;
}

/* gnuplot hands labels on to LaTeX as they are. */
static int escape(const struct job *job, const char *directory, struct err *err)
{
    const char *path = path_in(job, job->work, "-latex.tex");
    struct str drawn = {0}, text = {0};
    int failed = str_add_file(&drawn, path, SIZE_MAX, err);
    latex_add_picture(&text, str_text(&drawn), directory);
    failed = failed || write_file(path, str_text(&text), text.length, err);
    STR_RELEASE(&drawn, &text);
    return failed ? -1 : 0;
}

static int publish(const struct job *job, const char *ending, const char *directory,
                   struct str *files, struct err *err)
{
    const char *to = path_in(job, directory, ending);
    if (save_adopt(path_in(job, job->work, ending), to, true, err))
        return -1;
    str_addf(files, "%s\n", to);
    return 0;
}

static int draw_into(const struct job *job, const char *directory, const char *const *formats,
                     struct str *files, struct err *err)
{
    int failed = prepare(job, err);
    for (size_t i = 0; formats[i] && !failed; i++)
        failed = draw_format(job, format_of(formats[i]), err) ||
                 (strcmp(formats[i], "cairolatex") == 0 && escape(job, directory, err));
    failed = failed || publish(job, ".tsv", directory, files, err);
    for (size_t i = 0; formats[i] && !failed; i++) {
        const struct format *format = format_of(formats[i]);
        for (size_t k = 0; k < MOST_FILES && format->endings[k] && !failed; k++)
            failed = publish(job, format->endings[k], directory, files, err);
    }
    return failed;
}

int figure_draw(const struct figure *figure, const char *tsv, const char *directory,
                const char *width, const char *const *formats, struct str *ret_files,
                struct err *err)
{
    struct arena arena = {0};
    struct str files = {0};
    struct scratch scratch;
    int failed = folder_make(directory, err) ||
                 scratch_make(&scratch, directory, arena_printf(&arena, ".%s", figure->name), err);
    if (!failed) {
        const struct job job = {figure, tsv, str_text(&scratch.path), width, 0, false, &arena};
        failed = draw_into(&job, directory, formats, &files, err);
        failed = scratch_remove(&scratch, failed ? NULL : err) || failed;
    }
    if (!failed)
        str_add(ret_files, str_text(&files));
    str_release(&files);
    arena_release(&arena);
    return failed ? -1 : 0;
}

/* Where temporary files go: what is drawn is one text. */
static int draw_text(const struct job *job, const char *format, struct str *ret_text,
                     struct err *err)
{
    struct job placed = *job;
    struct scratch scratch;
    if (scratch_make(&scratch, NULL, arena_printf(job->arena, ".%s", job->figure->name), err))
        return -1;
    placed.work = str_text(&scratch.path);
    const struct format *kind = format_of(format);
    const bool failed =
        prepare(&placed, err) || draw_format(&placed, kind, err) ||
        str_add_file(ret_text, path_in(&placed, placed.work, kind->endings[0]), SIZE_MAX, err);
    return scratch_remove(&scratch, failed ? NULL : err) || failed ? -1 : 0;
}

int figure_picture(const struct figure *figure, const char *tsv, const char *width,
                   const char *format, struct str *ret_text, struct err *err)
{
    struct arena arena = {0};
    const struct job job = {figure, tsv, NULL, width, 0, false, &arena};
    const int failed = draw_text(&job, format, ret_text, err);
    arena_release(&arena);
    return failed;
}

int figure_show(const struct figure *figure, const char *tsv, int columns, bool colours,
                struct str *ret_text, struct err *err)
{
    struct arena arena = {0};
    struct str picture = {0};
    if (pictures_are_in(tsv)) {
        err_set(err, "%s: pictures, which letters cannot show: take --format png", figure->name);
        return FIGURE_EMPTY;
    }
    const struct job job = {figure, tsv, NULL, figure_widths[1], columns, colours, &arena};
    const int failed = draw_text(&job, "terminal", &picture, err);
    if (!failed)
        cells_add(ret_text, str_text(&picture));
    str_release(&picture);
    arena_release(&arena);
    return failed;
}
