/*
 * file: scores or kept samples that were made elsewhere, so that anyone's subset can be timed here.
 *
 * `path` is relative to the working directory. The file is one of two; in both, samples are named
 * by their position in the dataset's own training file, from 0, whatever limits and splits do:
 *
 *     a list      4711            kept samples, one a line, the most important first: rates share
 *                 12              it, each keeps as many as its budget from the top
 *
 *     a CSV       index,score     a header line that names these two columns among any others, then
 *                 0,0.81          a line for each sample; the highest scores are kept, ties by
 *                 1,"0.2"         index
 *
 * Empty lines, and those that start with '#', mean nothing. Samples that are not in the training
 * split (set aside for validation, left out by a limit) are passed over. A CSV must score every
 * sample of the split; a list must name as many as are kept, and with `balance: class` as many of
 * each class as its budget.
 *
 * Needs nothing. Cost: reading the file, and `seconds`: what making it took, where that is known.
 *
 * Limits: scores are kept as float, so that doubles that differ in the last digits tie. Fields that
 * run over several lines are not understood. The file's name and its content are both part of a
 * cell's identity.
 */
#include "pruners/sampler.h"
#include "pruners/select.h"

#include <errno.h>
#include <math.h>
#include <string.h>

struct file_options {
    const char *path;
    double seconds;
    struct sampler_options choice;
};

static const struct option table[] = {
    OPTION_STRING(struct file_options, path, "list of kept indices, or CSV with index and score"),
    OPTION_DOUBLE(struct file_options, seconds, "0", 0, 1e9,
                  "what the scores cost elsewhere, charged to the run"),
    SAMPLER(struct file_options),
    OPTION_END,
};

enum { NOT_A_COLUMN = -1 };

/* A file being read. */
struct reading {
    const char *path;
    const struct pruner_task *task;
    size_t range;                   /* of indices that can be in the split */
    uint32_t *sample;               /* [range] 1 + place in the split; 0: not in it */
    uint32_t *line_of;              /* [range] where the index was; 0: not yet */
    float *scores;                  /* [n] */
    bool *scored;                   /* [n] */
    int index_column, score_column; /* score: NOT_A_COLUMN in a list */
    size_t line;                    /* from 1 */
    size_t listed;                  /* indices so far */
};

/* ---- Fields of a line ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/*
 * Takes the next field off *line, which it changes, without the blanks and quotes around it. NULL
 * at the end of the line; *ret_broken where a quote is not closed or is followed by more.
 */
static char *take_field(char **line, bool *ret_broken)
{
    char *at = *line;
    if (!at)
        return NULL;
    while (is_space(*at))
        at++;
    char *start = at, *end;
    if (*at == '"') {
        end = start = ++at;
        for (; *at && (*at != '"' || at[1] == '"'); at++) {
            at += *at == '"'; /* "" is a quote */
            *end++ = *at;
        }
        *ret_broken |= *at != '"';
        at += *at == '"';
        while (is_space(*at))
            at++;
        *ret_broken |= *at && *at != ',';
    } else {
        at += strcspn(at, ",");
        end = at;
        while (end > start && is_space(end[-1]))
            end--;
    }
    *line = *at ? at + 1 : NULL;
    *end = '\0';
    return start;
}

/* ---- What a line says ---- */

static int take_score(struct reading *r, uint32_t i, const char *text, struct err *err)
{
    double score = (double)NAN;
    if (!text || !str_parse_double(text, &score) || !isfinite((float)score))
        return err_set(err, "expected a finite number as score, found '%.60s'", text ? text : "");
    r->scores[i] = (float)score;
    return 0;
}

/* score: NULL in a list. */
static int take_index(struct reading *r, const char *text, const char *score, struct err *err)
{
    int64_t index;
    if (!text || !str_parse_int(text, &index) || index < 0)
        return err_set(err, "expected a sample's index, a whole number from 0, found '%.60s'",
                       text ? text : "");
    if (r->task->origin_n > 0 && (uint64_t)index >= r->task->origin_n)
        return err_set(err,
                       "index %lld is not in the dataset, whose training file has %zu samples: "
                       "indices count from 0",
                       (long long)index, r->task->origin_n);
    const size_t rank = r->listed++;
    if ((uint64_t)index >= r->range)
        return 0;
    if (r->line_of[index])
        return err_set(err, "index %lld was on line %u already: take one of them out",
                       (long long)index, r->line_of[index]);
    r->line_of[index] = (uint32_t)r->line;
    if (!r->sample[index])
        return 0;
    const uint32_t i = r->sample[index] - 1;
    r->scored[i] = true;
    if (r->score_column != NOT_A_COLUMN)
        return take_score(r, i, score, err);
    r->scores[i] = -(float)rank;
    return 0;
}

/* The first line that says something: a header, or the first index of a list. */
static int take_header(struct reading *r, char *line, struct err *err)
{
    int64_t index;
    bool broken = false;
    const bool one = !strchr(line, ',');
    r->index_column = r->score_column = NOT_A_COLUMN;
    char *field = take_field(&line, &broken);
    if (one && str_parse_int(field, &index)) {
        r->index_column = 0;
        return take_index(r, field, NULL, err);
    }
    for (int column = 0; field; field = take_field(&line, &broken), column++) {
        int *wanted = strcmp(field, "index") == 0   ? &r->index_column
                      : strcmp(field, "score") == 0 ? &r->score_column
                                                    : NULL;
        if (wanted && *wanted != NOT_A_COLUMN)
            return err_set(err, "two columns are named '%s'", field);
        if (wanted)
            *wanted = column;
    }
    if (broken || r->index_column == NOT_A_COLUMN || r->score_column == NOT_A_COLUMN)
        return err_set(err,
                       "expected one index a line, or a header line with the columns index and "
                       "score, comma-separated");
    return 0;
}

static int take_row(struct reading *r, char *line, struct err *err)
{
    const char *index = NULL, *score = NULL;
    bool broken = false;
    const bool list = r->score_column == NOT_A_COLUMN;
    char *rest = line;
    for (int column = 0; rest; column++) {
        const char *field = take_field(&rest, &broken);
        index = column == r->index_column ? field : index;
        score = column == r->score_column ? field : score;
        broken |= list && rest;
    }
    if (broken)
        return err_set(err, list ? "expected one index, found more"
                                 : "a quote is not closed, or is followed by more");
    return take_index(r, index, score, err);
}

/* ---- The whole file ---- */

static int read_text(const char *path, struct str *ret_text, struct err *err)
{
    if (str_add_file(ret_text, path, SIZE_MAX, NULL))
        return errno == EISDIR ? err_set(err, "%s cannot be read: is it a file?", path)
                               : err_set(err, "%s: %s; paths are relative to the working directory",
                                         path, strerror(errno));
    if (ret_text->length != strlen(str_text(ret_text)))
        return err_set(err, "%s is not a text: it has a byte 0", path);
    return 0;
}

/* text is changed. */
static int read_lines(struct reading *r, char *text, struct err *err)
{
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    bool begun = false;
    if (strncmp(text, byte_order_mark, 3) == 0)
        text += 3;
    for (char *next; text; text = next) {
        next = strchr(text, '\n');
        if (next)
            *next++ = '\0';
        r->line++;
        const char *first = text;
        while (is_space(*first))
            first++;
        if (!*first || *first == '#')
            continue;
        if (begun ? take_row(r, text, err) : take_header(r, text, err))
            return err_prefix(err, "%s:%zu: ", r->path, r->line);
        begun = true;
    }
    return begun ? 0 : err_set(err, "%s says nothing: it has neither indices nor scores", r->path);
}

/* Whether what was read is enough for the task. */
static int check_complete(const struct reading *r, struct err *err)
{
    const struct pruner_task *task = r->task;
    size_t scored = 0, missing = task->n;
    for (size_t i = 0; i < task->n; i++) {
        scored += r->scored[i];
        missing = !r->scored[i] && missing == task->n ? i : missing;
    }
    if (r->score_column != NOT_A_COLUMN && scored < task->n)
        return err_set(err,
                       "%s has no score for %zu of the %zu training samples; the first is index %u",
                       r->path, task->n - scored, task->n,
                       task->origin ? task->origin[missing] : (uint32_t)missing);
    return 0;
}

/* Samples that are listed, in all and of each class, against what is to be kept. */
static int check_budget(const struct reading *r, bool by_class, struct err *err)
{
    const struct pruner_task *task = r->task;
    const size_t classes = (size_t)task->classes;
    size_t *budgets, *listed, scored = 0;
    int failed = 0;
    if (r->score_column != NOT_A_COLUMN)
        return 0;
    MEM_NEW(budgets, classes);
    MEM_NEW(listed, classes);
    select_budgets(task, budgets);
    for (size_t i = 0; i < task->n; i++) {
        listed[task->labels[i]] += r->scored[i];
        scored += r->scored[i];
    }
    if (scored < task->keep)
        failed = err_set(err,
                         "%s lists %zu of the %zu training samples, rate %.15g keeps %zu: list "
                         "more, or raise the rate",
                         r->path, scored, task->n, task->rate, task->keep);
    for (size_t c = 0; c < classes && by_class && !failed; c++)
        if (listed[c] < budgets[c])
            failed = err_set(err,
                             "%s lists %zu samples of class %zu, balance: class keeps %zu: list "
                             "more, or set balance: none",
                             r->path, listed[c], c, budgets[c]);
    MEM_FREE(budgets, listed);
    return failed;
}

static void reading_init(struct reading *r, const char *path, const struct pruner_task *task,
                         float *scores)
{
    const size_t n = task->n;
    *r = (struct reading){.path = path, .task = task, .scores = scores};
    r->range = task->origin_n ? task->origin_n : task->origin ? (size_t)task->origin[n - 1] + 1 : n;
    MEM_NEW(r->sample, r->range);
    MEM_NEW(r->line_of, r->range);
    MEM_NEW(r->scored, n);
    for (size_t i = 0; i < n; i++)
        r->sample[task->origin ? task->origin[i] : i] = (uint32_t)i + 1;
}

/* ret_scores [n]: of a list, the higher the earlier; what is not listed comes last. The budget is
   checked where it is asked for: scores must not depend on the rate. */
static int read_scores(const struct file_options *o, const struct pruner_task *task,
                       bool with_budget, float *ret_scores, struct err *err)
{
    struct str text = {0};
    struct reading r;
    reading_init(&r, o->path, task, ret_scores);
    int failed = read_text(o->path, &text, err);
    if (!failed && text.length == 0)
        failed = err_set(err, "%s is empty", o->path);
    if (!failed)
        failed = read_lines(&r, text.text, err) || check_complete(&r, err) ||
                 (with_budget && check_budget(&r, sampler_by_class(&o->choice), err));
    for (size_t i = 0; i < task->n && !failed; i++)
        if (!r.scored[i])
            ret_scores[i] = -(float)r.listed;
    MEM_FREE(r.sample, r.line_of, r.scored);
    str_release(&text);
    return failed ? -1 : 0;
}

static int check(const void *options, const struct pruner_task *task, struct err *err)
{
    const struct file_options *o = options;
    if (!o->path || !o->path[0])
        return err_set(err, "needs a path: a list of indices, or a CSV with index and score");
    float *scores;
    MEM_NEW(scores, task->n);
    const int failed = read_scores(o, task, true, scores, err);
    mem_free(scores);
    return failed;
}

static const char *reads(const void *options)
{
    const struct file_options *o = options;
    return o->path;
}

static double seconds_elsewhere(const void *options)
{
    const struct file_options *o = options;
    return o->seconds;
}

static void score(struct pruner_run *run, struct rng *rng, float *ret_scores)
{
    (void)rng;
    struct err err;
    if (read_scores(run->options, &run->task, false, ret_scores, &err))
        DIE("pruner file: the file was fine when the run began: %s", err.text);
}

const struct pruner file_pruner = {
    .name = "file",
    .help = "the highest scores, or the first samples of a list, made elsewhere",
    .cite = "whoever made the file",
    .cost = "reading the file, and `seconds`: the stated cost of making it",
    .kind = PRUNER_STATIC,
    KIND_OPTIONS(struct file_options, table),
    .check = check,
    .reads = reads,
    .seconds_elsewhere = seconds_elsewhere,
    .score = score,
};
