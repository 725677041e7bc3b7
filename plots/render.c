/*
 * render: see render.h for what and why. How:
 *
 * The program carries the scripts (the Makefile embeds every .sql and .gp of this folder), so that
 * figures can be drawn anywhere. figure_draw makes a hidden folder inside the target folder, puts
 * the TSV and the scripts there, runs gnuplot in it (no shell, no settings of the user's), and
 * renames the results into place only when all of them are there. Scripts name files without
 * folders, so no path ever needs quoting.
 *
 * Limits: a process killed while it draws leaves a folder .NAME-XXXXXX behind.
 */
#include "plots/render.h"

#include "harness/base/mem.h"
#include "plots/scripts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- The registry ---- */

#define SCRIPT_SYMBOLS(stem)                                                                       \
    extern const char _binary_plots_##stem##_start[], _binary_plots_##stem##_end[];
#define SCRIPT(stem)                                                                               \
    {                                                                                              \
        _binary_plots_##stem##_start, _binary_plots_##stem##_end                                   \
    }

#define FIGURE(name, symbol, help, what) SCRIPT_SYMBOLS(symbol##_sql) SCRIPT_SYMBOLS(symbol##_gp)
#include "plots/figures.def"
#undef FIGURE

static const struct figure figures[] = {
#define FIGURE(name, symbol, help, what)                                                           \
    {name, help, what, SCRIPT(symbol##_sql), SCRIPT(symbol##_gp), NULL},
#include "plots/figures.def"
#undef FIGURE
};

SCRIPT_SYMBOLS(style_gp)
SCRIPT_SYMBOLS(page_gp)
SCRIPT_SYMBOLS(labels_gp)
SCRIPT_SYMBOLS(ticks_gp)
SCRIPT_SYMBOLS(linear_ticks_gp)
SCRIPT_SYMBOLS(rows_gp)
SCRIPT_SYMBOLS(row_panel_gp)
SCRIPT_SYMBOLS(facets_gp)
SCRIPT_SYMBOLS(facet_panel_gp)
SCRIPT_SYMBOLS(grid_gp)
SCRIPT_SYMBOLS(grid_panel_gp)

/* What figures load by these names. */
static const struct {
    const char *name;
    struct figure_script script;
} shared[] = {
    {"style.gp", SCRIPT(style_gp)},
    {"page.gp", SCRIPT(page_gp)},
    {"labels.gp", SCRIPT(labels_gp)},
    {"ticks.gp", SCRIPT(ticks_gp)},
    {"linear-ticks.gp", SCRIPT(linear_ticks_gp)},
    {"rows.gp", SCRIPT(rows_gp)},
    {"row-panel.gp", SCRIPT(row_panel_gp)},
    {"facets.gp", SCRIPT(facets_gp)},
    {"facet-panel.gp", SCRIPT(facet_panel_gp)},
    {"grid.gp", SCRIPT(grid_gp)},
    {"grid-panel.gp", SCRIPT(grid_panel_gp)},
};

const char *const figure_formats[] = {"svg", "pdf", "png", NULL};
const char *const figure_widths[] = {"page", "column", NULL};

const struct figure *figure_at(size_t i)
{
    return i < sizeof figures / sizeof *figures ? &figures[i] : NULL;
}

const struct figure *figure_find(const char *name)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (strcmp(figures[i].name, name) == 0)
            return &figures[i];
    return NULL;
}

bool figure_shared_at(size_t i, const char **ret_name, struct figure_script *ret_script)
{
    if (i >= sizeof shared / sizeof *shared)
        return false;
    *ret_name = shared[i].name;
    *ret_script = shared[i].script;
    return true;
}

/* ---- From the database to TSV ---- */

static int sql_error(struct sqlite3 *db, struct err *err)
{
    return err_set(err, "database: %s", sqlite3_errmsg(db));
}

static size_t script_length(struct figure_script script)
{
    return (size_t)(script.end - script.start);
}

/* experiment may be NULL for a query without :experiment. */
static int prepare(struct sqlite3 *db, struct figure_script sql, const char *experiment,
                   sqlite3_stmt **ret_statement, struct err *err)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql.start, (int)script_length(sql), &statement, NULL))
        return sql_error(db, err);
    const int place = sqlite3_bind_parameter_index(statement, ":experiment");
    if (place && sqlite3_bind_text(statement, place, experiment, -1, SQLITE_TRANSIENT)) {
        sqlite3_finalize(statement);
        return sql_error(db, err);
    }
    *ret_statement = statement;
    return 0;
}

static struct figure_script script_of(const char *sql)
{
    return (struct figure_script){sql, sql + strlen(sql)};
}

struct names {
    const char **items;
    size_t count;
};

static const char *name_at(const void *context, size_t i)
{
    const struct names *names = context;
    return i < names->count ? names->items[i] : NULL;
}

static int read_experiments(struct sqlite3 *db, struct arena *arena, struct names *ret_names,
                            struct err *err)
{
    static const char count[] = "SELECT count(*) FROM v_experiment";
    static const char list[] = "SELECT experiment FROM v_experiment ORDER BY experiment";
    sqlite3_stmt *statement;
    if (prepare(db, script_of(count), NULL, &statement, err))
        return -1;
    sqlite3_step(statement);
    const size_t room = (size_t)sqlite3_column_int64(statement, 0);
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    if (prepare(db, script_of(list), NULL, &statement, err))
        return -1;
    struct names names = {0};
    ARENA_NEW(arena, names.items, room);
    while (names.count < room && sqlite3_step(statement) == SQLITE_ROW)
        names.items[names.count++] =
            arena_strdup(arena, (const char *)sqlite3_column_text(statement, 0));
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    *ret_names = names;
    return 0;
}

static int choose_experiment(const struct names *names, const char *wanted, struct str *ret_name,
                             struct err *err)
{
    if (names->count == 0)
        return err_set(err, "the database holds no experiment");
    if (!wanted && names->count == 1) {
        str_add(ret_name, names->items[0]);
        return 0;
    }
    for (size_t i = 0; wanted && i < names->count; i++)
        if (strcmp(names->items[i], wanted) == 0) {
            str_add(ret_name, wanted);
            return 0;
        }
    struct str list = {0};
    for (size_t i = 0; i < names->count; i++)
        str_addf(&list, "%s%s", i ? ", " : "", names->items[i]);
    if (wanted) {
        const char *near = str_nearest(wanted, name_at, names);
        err_set(err, "no experiment '%s' in the database%s%s%s; it holds %s", wanted,
                near ? ", did you mean " : "", near ? near : "", near ? "?" : "", str_text(&list));
    } else {
        err_set(err, "which experiment? The database holds %s", str_text(&list));
    }
    str_release(&list);
    return -1;
}

int figure_experiment(struct sqlite3 *db, const char *wanted, struct str *ret_name, struct err *err)
{
    struct arena arena;
    struct names names;
    arena_init(&arena);
    const int failed = read_experiments(db, &arena, &names, err) ||
                       choose_experiment(&names, wanted, ret_name, err);
    arena_release(&arena);
    return failed ? -1 : 0;
}

/* Control characters would break the table; gnuplot takes '"' for the start of a quotation and '\'
   for that of an escape. */
static void add_text(struct str *tsv, const char *text)
{
    for (const char *p = text; *p; p++) {
        const char c = (unsigned char)*p < ' ' ? ' ' : *p == '"' ? '\'' : *p == '\\' ? '/' : *p;
        str_add_bytes(tsv, &c, 1);
    }
}

static void add_value(struct str *tsv, sqlite3_stmt *statement, int column)
{
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        str_add(tsv, "NaN");
        break;
    case SQLITE_INTEGER:
        str_addf(tsv, "%lld", (long long)sqlite3_column_int64(statement, column));
        break;
    case SQLITE_FLOAT: /* 9 digits: nanoseconds of a second, and sums do not show their rounding */
        str_addf(tsv, "%.9g", sqlite3_column_double(statement, column));
        break;
    default:
        add_text(tsv, (const char *)sqlite3_column_text(statement, column));
    }
}

static void add_row(struct str *tsv, sqlite3_stmt *statement)
{
    for (int i = 0; i < sqlite3_column_count(statement); i++) {
        str_add(tsv, i ? "\t" : "");
        add_value(tsv, statement, i);
    }
    str_add(tsv, "\n");
}

/* Why a figure has no rows. */
static int nothing_to_show(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                           struct err *err)
{
    static const char sql[] = "SELECT count(*), count(*) FILTER (WHERE state = 'done')\n"
                              "FROM v_run WHERE experiment = :experiment";
    sqlite3_stmt *statement;
    if (prepare(db, script_of(sql), experiment, &statement, err))
        return -1;
    sqlite3_step(statement);
    const long long cells = sqlite3_column_int64(statement, 0);
    const long long done = sqlite3_column_int64(statement, 1);
    if (sqlite3_finalize(statement))
        return sql_error(db, err);
    if (cells == 0)
        err_set(err, "experiment '%s' has no cells", experiment);
    else if (done == 0)
        err_set(err, "no finished cells of experiment '%s' (0 of %lld)", experiment, cells);
    else
        err_set(err, "no %s in the %lld finished cells of experiment '%s'", figure->what, done,
                experiment);
    return FIGURE_EMPTY;
}

int figure_data(const struct figure *figure, struct sqlite3 *db, const char *experiment,
                struct str *ret_tsv, struct err *err)
{
    sqlite3_stmt *statement;
    if (prepare(db, figure->sql, experiment, &statement, err))
        return err_prefix(err, "%s: ", figure->name);
    struct str tsv = {0};
    for (int i = 0; i < sqlite3_column_count(statement); i++)
        str_addf(&tsv, "%s%s", i ? "\t" : "# ", sqlite3_column_name(statement, i));
    str_add(&tsv, "\n");
    int64_t block = -1;
    while (sqlite3_step(statement) == SQLITE_ROW) {
        const int64_t row_block = sqlite3_column_int64(statement, 0);
        str_add(&tsv, block >= 0 && row_block != block ? "\n\n" : "");
        block = row_block;
        add_row(&tsv, statement);
    }
    int failed = 0;
    if (sqlite3_finalize(statement))
        failed = sql_error(db, err);
    else if (block < 0)
        failed = nothing_to_show(figure, db, experiment, err);
    if (failed)
        err_prefix(err, "%s: ", figure->name);
    else
        str_add_bytes(ret_tsv, str_text(&tsv), tsv.length);
    str_release(&tsv);
    return failed;
}

/* ---- From TSV to pictures ---- */

int figure_make_folder(const char *path, struct err *err)
{
    struct str part = {0};
    int failed = 0;
    for (const char *p = path; *p && !failed;) {
        const size_t length = strspn(p, "/") + strcspn(p + strspn(p, "/"), "/");
        str_add_bytes(&part, p, length);
        p += length;
        if (mkdir(str_text(&part), 0777) && errno != EEXIST)
            failed = err_set(err, "cannot make the folder %s: %s", path, strerror(errno));
    }
    str_release(&part);
    return failed;
}

static int write_file(const char *path, const char *text, size_t length, struct err *err)
{
    FILE *file = fopen(path, "wb");
    bool written = file && fwrite(text, 1, length, file) == length;
    if (file)
        written = fclose(file) == 0 && written;
    return written ? 0 : err_set(err, "cannot write %s: %s", path, strerror(errno));
}

static void remove_folder(const char *path)
{
    struct str name = {0};
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));) {
        str_clear(&name);
        str_addf(&name, "%s/%s", path, entry->d_name);
        unlink(str_text(&name)); /* "." and ".." refuse */
    }
    if (dir)
        closedir(dir);
    rmdir(path);
    str_release(&name);
}

/* Becomes gnuplot, working in folder, with both outputs going to a pipe. */
static _Noreturn void become_gnuplot(const struct figure *figure, const char *width,
                                     const char *format, const char *folder, int output)
{
    char settings[128], script[128];
    snprintf(settings, sizeof settings, "figure='%s'; format='%s'; span='%s'", figure->name, format,
             width);
    snprintf(script, sizeof script, "%s.gp", figure->name);
    const int nothing = open("/dev/null", O_RDONLY);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || chdir(folder))
        _exit(126);
    execlp("gnuplot", "gnuplot", "--default-settings", "-e", settings, "style.gp", script,
           (char *)NULL);
    _exit(errno == ENOENT ? 127 : 126);
}

/* All that comes from a pipe, until its other end is closed. */
static void read_all(int input, struct str *ret_text)
{
    char bytes[512];
    for (;;) {
        const ssize_t n = read(input, bytes, sizeof bytes);
        if (n > 0)
            str_add_bytes(ret_text, bytes, (size_t)n);
        else if (n == 0 || errno != EINTR)
            return;
    }
}

/* Without the blank lines that gnuplot puts around its messages. */
static const char *trimmed(struct str *text)
{
    while (text->length && strchr(" \n", text->text[text->length - 1]))
        text->text[--text->length] = '\0';
    const char *start = str_text(text);
    return start + strspn(start, " \n");
}

static int run_gnuplot(const struct figure *figure, const char *width, const char *format,
                       const char *folder, struct err *err)
{
    int ends[2];
    if (pipe(ends))
        return err_set(err, "cannot start gnuplot: %s", strerror(errno));
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        become_gnuplot(figure, width, format, folder, ends[1]);
    }
    const int reason = errno;
    close(ends[1]);
    struct str output = {0};
    int status = 0, failed = 0;
    if (child > 0) {
        read_all(ends[0], &output);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            continue;
    }
    close(ends[0]);
    if (child < 0)
        failed = err_set(err, "cannot start gnuplot: %s", strerror(reason));
    else if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
        failed = err_set(err, "gnuplot is not installed; Debian's package is gnuplot-nox");
    else if (status)
        failed = err_set(err, "gnuplot cannot draw %s.%s: %.700s", figure->name, format,
                         output.length ? trimmed(&output) : "it ended without a word");
    str_release(&output);
    return failed;
}

/* In work: the TSV, the scripts, and then the pictures. */
static int draw_in(const struct figure *figure, const char *tsv, const char *work,
                   const char *width, const char *const *formats, struct arena *arena,
                   struct err *err)
{
    if (write_file(arena_printf(arena, "%s/%s.tsv", work, figure->name), tsv, strlen(tsv), err) ||
        write_file(arena_printf(arena, "%s/%s.gp", work, figure->name), figure->gp.start,
                   script_length(figure->gp), err))
        return -1;
    for (size_t i = 0; i < sizeof shared / sizeof *shared; i++) {
        struct figure_script script = shared[i].script;
        if (scripts_shared(figure, shared[i].name, arena, &script, err) ||
            write_file(arena_printf(arena, "%s/%s", work, shared[i].name), script.start,
                       script_length(script), err))
            return -1;
    }
    for (; *formats; formats++) {
        struct stat about;
        if (run_gnuplot(figure, width, *formats, work, err))
            return -1;
        if (stat(arena_printf(arena, "%s/%s.%s", work, figure->name, *formats), &about) ||
            about.st_size == 0)
            return err_set(err, "gnuplot wrote no %s.%s", figure->name, *formats);
    }
    return 0;
}

static int publish(const struct figure *figure, const char *suffix, const char *work,
                   const char *directory, struct arena *arena, struct str *files, struct err *err)
{
    const char *from = arena_printf(arena, "%s/%s.%s", work, figure->name, suffix);
    const char *to = arena_printf(arena, "%s/%s.%s", directory, figure->name, suffix);
    if (rename(from, to))
        return err_set(err, "cannot write %s: %s", to, strerror(errno));
    str_addf(files, "%s\n", to);
    return 0;
}

int figure_draw(const struct figure *figure, const char *tsv, const char *directory,
                const char *width, const char *const *formats, struct str *ret_files,
                struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    char *work = arena_printf(&arena, "%s/.%s-XXXXXX", directory, figure->name);
    int failed = figure_make_folder(directory, err);
    if (!failed && !mkdtemp(work))
        failed = err_set(err, "cannot write into %s: %s", directory, strerror(errno));
    if (!failed) {
        struct str files = {0};
        failed = draw_in(figure, tsv, work, width, formats, &arena, err) ||
                 publish(figure, "tsv", work, directory, &arena, &files, err);
        for (; !failed && *formats; formats++)
            failed = publish(figure, *formats, work, directory, &arena, &files, err);
        remove_folder(work);
        if (!failed)
            str_add(ret_files, str_text(&files));
        str_release(&files);
    }
    arena_release(&arena);
    return failed ? -1 : 0;
}
