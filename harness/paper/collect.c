/* paper_outputs: which files there are, and what is in them. */
#include "harness/paper/outputs.h"
#include "harness/paper/text.h"

#include <string.h>

DB_FILE(harness_paper_outputs);

enum { MOST_CLAIMS = 16 };

/* Takes the text over. source: NULL, to be filled in. */
static struct paper_output *add_output(struct paper_outputs *outputs, const char *item,
                                       struct str *text, const char *source)
{
    MEM_ROOM(outputs->items, outputs->count);
    struct paper_output *output = &outputs->items[outputs->count++];
    *output = (struct paper_output){.item = arena_strdup(&outputs->arena, item), .text = *text};
    *text = (struct str){0};
    hash_bytes(str_text(&output->text), output->text.length, output->data);
    if (source)
        memcpy(output->source, source, HASH_HEX_SIZE);
    return output;
}

/* ---- Tables -----------------------------------------------------------------------------------*/

/* The rows of more, which has the same columns. */
static void append_rows(struct table *table, const struct table *more)
{
    for (size_t i = table->count ? more->columns : 0; i < more->count; i++)
        table_add(table, more->cells[i]);
    table->columns = more->columns;
}

/* Of its part of the paper, or of all of them; ret_experiments: their names. */
static int ask_parts(const struct paper_job *job, const struct paper_table *from,
                     struct table *ret_table, struct str *ret_experiments, struct err *err)
{
    struct str experiment = {0};
    int failed = 0;
    const struct paper_part *part;
    for (size_t i = 0; !failed && (part = paper_next(job->paper, job->size, &i, &experiment));) {
        struct table rows = {0};
        if (from->part && strcmp(part->part, from->part) != 0)
            continue;
        str_addf(ret_experiments, "%s%s", ret_experiments->length ? ", " : "",
                 str_text(&experiment));
        failed = paper_ask(job->db, from->sql, str_text(&experiment), &rows, err);
        if (!failed)
            append_rows(ret_table, &rows);
        table_release(&rows);
    }
    str_release(&experiment);
    return failed;
}

static int collect_table(const struct paper_job *job, const struct paper_table *from,
                         struct paper_outputs *outputs, struct str *numbers, struct err *err)
{
    static const char *const endings[] = {"csv", "md", "tex"};
    struct str experiments = {0}, item = {0};
    struct table table = {0};
    char source[HASH_HEX_SIZE];
    const int failed = ask_parts(job, from, &table, &experiments, err);
    const struct paper_caption caption = {from->title, str_text(&experiments)};
    hash_bytes(from->sql, strlen(from->sql), source);
    for (size_t i = 0; !failed && table_rows(&table) && i < 3; i++) {
        struct str text = {0};
        str_clear(&item);
        str_addf(&item, "tables/%s.%s", from->name, endings[i]);
        if (i == 0)
            table_format(&table, TABLE_CSV, &text);
        else if (i == 1)
            paper_add_md_table(&table, &caption, &text);
        else
            paper_add_tex_table(&table, &caption, &text);
        add_output(outputs, str_text(&item), &text, source);
    }
    if (!failed)
        paper_add_numbers_table(job->paper, from->name, &table, numbers);
    table_release(&table);
    STR_RELEASE(&item, &experiments);
    return failed ? err_prefix(err, "table %s: ", from->name) : 0;
}

/* ---- Claims -----------------------------------------------------------------------------------*/

static void add_claims(struct paper_outputs *outputs, const struct paper_finding *findings,
                       size_t count, const char source[HASH_HEX_SIZE])
{
    struct str text = {0};
    const char *what_ran = NULL;
    for (size_t i = 0; i < outputs->count; i++)
        if (strcmp(outputs->items[i].item, "tables/what-ran.md") == 0)
            what_ran = str_text(&outputs->items[i].text);
    paper_add_csv_claims(findings, count, &text);
    add_output(outputs, "claims.csv", &text, source);
    paper_add_md_claims(findings, count, what_ran, &text);
    add_output(outputs, "claims.md", &text, source);
    paper_add_tex_claims(findings, count, &text);
    add_output(outputs, "claims.tex", &text, source);
}

/* "A1  held          static scoring raises the total time [75 of 150 cells]" */
static void add_summary(const struct paper_finding *finding, struct str *out)
{
    struct str reserve = {0};
    paper_add_reserve(finding, &reserve);
    str_addf(out, "%s  %-12s  %s", finding->claim->id, paper_verdict_names[finding->verdict],
             finding->claim->statement);
    if (reserve.length)
        str_addf(out, " [%s]", str_text(&reserve));
    str_add(out, "\n");
    str_release(&reserve);
}

static int collect_claims(const struct paper_job *job, struct paper_outputs *outputs,
                          struct str *numbers, struct err *err)
{
    struct paper_finding findings[MOST_CLAIMS];
    struct hash *hash = hash_new();
    struct str experiment = {0};
    char source[HASH_HEX_SIZE];
    size_t count = 0;
    int failed = 0;
    for (size_t i = 0; paper_claim_at(i) && !failed; i++) {
        const struct paper_claim *claim = paper_claim_at(i);
        if (strcmp(claim->paper, job->paper) != 0)
            continue;
        REQUIRE(count < MOST_CLAIMS);
        str_clear(&experiment);
        paper_experiment(job->paper, claim->part, job->size, &experiment);
        failed = paper_find(job->db, claim, str_text(&experiment), &outputs->arena,
                            &findings[count], err);
        hash_add(hash, claim->sql, strlen(claim->sql));
        if (failed)
            continue;
        paper_add_numbers_claim(&findings[count], numbers);
        add_summary(&findings[count], &outputs->summary);
        count++;
    }
    hash_add(hash, paper_what_ran(), strlen(paper_what_ran()));
    hash_finish(hash, source);
    if (!failed)
        add_claims(outputs, findings, count, source);
    str_release(&experiment);
    return failed;
}

/* ---- Figures ----------------------------------------------------------------------------------*/

/* Its own query and script, and what all figures load. */
static void figure_source(const struct figure *figure, char ret_hex[HASH_HEX_SIZE])
{
    struct hash *hash = hash_new();
    const char *name, *shared;
    hash_add(hash, figure_sql(figure), strlen(figure_sql(figure)));
    hash_add(hash, figure_gp(figure), strlen(figure_gp(figure)));
    for (size_t i = 0; (shared = figure_shared_at(i, &name)); i++)
        hash_add(hash, shared, strlen(shared));
    hash_finish(hash, ret_hex);
}

static int collect_figure(const struct paper_job *job, const struct figure *figure,
                          const char *experiment, struct paper_outputs *outputs, struct err *err)
{
    struct str item = {0}, tsv = {0};
    const int failed = figure_data(figure, job->db, experiment, &tsv, err);
    if (failed == FIGURE_EMPTY)
        str_addf(&outputs->skipped, "%s\n", err->text);
    if (!failed) {
        str_addf(&item, "%s/%s", experiment, figure->name);
        struct paper_output *output = add_output(outputs, str_text(&item), &tsv, NULL);
        output->figure = figure;
        output->experiment = arena_strdup(&outputs->arena, experiment);
        figure_source(figure, output->source);
    }
    STR_RELEASE(&tsv, &item);
    return failed && failed != FIGURE_EMPTY ? -1 : 0;
}

/* Those that the experiment's file lists. */
static int collect_figures(const struct paper_job *job, const char *experiment,
                           struct paper_outputs *outputs, struct err *err)
{
    struct db_rows listed;
    int failed = 0;
    db_ask_named(&listed, job->db, DB_NAMED(harness_paper_outputs, "figures"),
                 DB_VALUES(db_text(experiment)));
    while (!failed && db_next(&listed)) {
        const char *name = row_text(&listed, 0);
        const struct figure *figure = figure_find(name);
        failed = figure ? collect_figure(job, figure, experiment, outputs, err)
                        : err_set(err, "experiment %s lists an unknown figure '%.100s'", experiment,
                                  name);
    }
    if (db_close(&listed, failed ? NULL : err) && !failed)
        failed = err_prefix(err, "database: ");
    return failed;
}

/* ---- All --------------------------------------------------------------------------------------*/

int paper_collect(const struct paper_job *job, struct paper_outputs *ret_outputs, struct err *err)
{
    struct paper_outputs outputs = {0};
    struct str numbers = {0}, experiment = {0};
    char source[HASH_HEX_SIZE];
    int failed = 0;
    paper_add_numbers_head(&numbers);
    for (size_t i = 0; !failed && paper_next(job->paper, job->size, &i, &experiment);)
        failed = collect_figures(job, str_text(&experiment), &outputs, err);
    for (size_t i = 0; paper_table_at(i) && !failed; i++)
        if (strcmp(paper_table_at(i)->paper, job->paper) == 0)
            failed = collect_table(job, paper_table_at(i), &outputs, &numbers, err);
    failed = failed || collect_claims(job, &outputs, &numbers, err);
    if (!failed) {
        /* Made of the tables and the claims: their queries are its own. */
        struct hash *hash = hash_new();
        for (size_t i = 0; i < outputs.count; i++)
            if (!outputs.items[i].figure)
                hash_add(hash, outputs.items[i].source, HASH_HEX_SIZE);
        hash_finish(hash, source);
        add_output(&outputs, "numbers.tex", &numbers, source);
    }
    STR_RELEASE(&experiment, &numbers);
    if (failed) {
        paper_outputs_release(&outputs);
        return -1;
    }
    *ret_outputs = outputs;
    return 0;
}

void paper_outputs_release(struct paper_outputs *outputs)
{
    for (size_t i = 0; i < outputs->count; i++)
        str_release(&outputs->items[i].text);
    mem_free(outputs->items);
    STR_RELEASE(&outputs->skipped, &outputs->summary);
    arena_release(&outputs->arena);
}
