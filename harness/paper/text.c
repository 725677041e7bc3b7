#include "harness/paper/text.h"

#include "plots/latex.h"

#include <math.h>
#include <string.h>

#define EMBEDDED(name) _binary_harness_paper_##name##_start
extern const char EMBEDDED(claims_md)[], EMBEDDED(numbers_tex)[];

/* ---- LaTeX ------------------------------------------------------------------------------------*/

static void add_tex(struct str *ret_text, const char *text)
{
    latex_add(ret_text, text, strlen(text));
}

static void add_cell(struct str *ret_text, const struct db_value *cell)
{
    if (cell->type == VALUE_TEXT)
        add_tex(ret_text, cell->text);
    else if (cell->type == VALUE_NULL)
        str_add(ret_text, "--");
    else
        table_add_value(ret_text, cell);
}

static bool is_label(const char *column)
{
    static const char *const labels[] = {"experiment", "dataset", "model",
                                         "pruner",     "options", "rate"};
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (strcmp(labels[i], column) == 0)
            return true;
    return false;
}

/* Texts stand to the left, numbers to the right. */
static bool has_text(const struct table *table, size_t column)
{
    for (size_t r = 1; r <= table_rows(table); r++)
        if (table->cells[r * table->columns + column].type == VALUE_TEXT)
            return true;
    return is_label(table->cells[column].text);
}

void paper_add_tex_table(const struct table *table, const struct paper_caption *caption,
                         struct str *ret_text)
{
    str_add(ret_text, "% ");
    add_tex(ret_text, caption->title);
    /* So many columns are wider than any page. */
    const bool wide = table->columns > 12;
    str_addf(ret_text, ", experiment %s. Wants \\usepackage{booktabs%s}.\n%s\\begin{tabular}{",
             caption->experiment, wide ? ",graphicx" : "",
             wide ? "\\resizebox{\\linewidth}{!}{%\n" : "");
    for (size_t c = 0; c < table->columns; c++)
        str_add(ret_text, has_text(table, c) ? "l" : "r");
    str_add(ret_text, "}\n\\toprule\n");
    for (size_t r = 0; r <= table_rows(table); r++) {
        for (size_t c = 0; c < table->columns; c++) {
            str_add(ret_text, c ? " & " : "");
            add_cell(ret_text, &table->cells[r * table->columns + c]);
        }
        str_addf(ret_text, " \\\\\n%s", r ? "" : "\\midrule\n");
    }
    str_addf(ret_text, "\\bottomrule\n\\end{tabular}%s\n", wide ? "}" : "");
}

void paper_add_md_table(const struct table *table, const struct paper_caption *caption,
                        struct str *ret_text)
{
    str_addf(ret_text, "# %s\n\nExperiment: %s.\n\n", caption->title, caption->experiment);
    table_format(table, TABLE_MARKDOWN, ret_text);
}

/* ---- Claims -----------------------------------------------------------------------------------*/

static void add_line_name(const struct paper_line *line, struct str *ret_text)
{
    str_addf(ret_text, "%s, %s, %s", line->place, line->arm, line->measure);
}

/* What stands in the summary beside the verdict. */
static void add_measured(const struct paper_finding *finding, struct str *ret_text)
{
    const struct paper_line *weakest = paper_weakest(finding);
    size_t held = 0, against = 0;
    for (size_t i = 0; i < finding->count; i++) {
        held += finding->lines[i].verdict == CLAIM_HELD;
        against += finding->lines[i].verdict == CLAIM_NOT_HELD;
    }
    struct str reserve = {0};
    paper_add_reserve(finding, &reserve);
    if (finding->why)
        str_addf(ret_text, "%s%s", finding->why, weakest || reserve.length ? "; " : "");
    if (reserve.length)
        str_addf(ret_text, "%s%s", str_text(&reserve), weakest ? "; " : "");
    str_release(&reserve);
    if (weakest) {
        str_addf(ret_text, "%zu of %zu line%s hold%s, %zu against it; the least favourable: ", held,
                 finding->judged, finding->judged == 1 ? "" : "s", finding->judged == 1 ? "s" : "",
                 against);
        add_line_name(weakest, ret_text);
        str_add(ret_text, ": ");
        paper_add_value(weakest, ret_text);
    }
}

static void add_md_lines(const struct paper_finding *finding, struct str *ret_text)
{
    str_addf(ret_text, "\n## %s: %s\n\n%s: %lld of %lld cells are done", finding->claim->id,
             finding->claim->statement, finding->experiment, (long long)finding->done,
             (long long)finding->cells);
    if (finding->diverged)
        str_addf(ret_text, ", %lld diverged", (long long)finding->diverged);
    str_addf(ret_text, ".\nHeld where: %s.\n", finding->claim->rule);
    if (finding->count)
        str_add(ret_text, "\n| where | arm | measure | mean, 95 % | bound | so |\n"
                          "|---|---|---|---|---|---|\n");
    for (size_t i = 0; i < finding->count; i++) {
        const struct paper_line *line = &finding->lines[i];
        str_add(ret_text, "| ");
        table_add_markdown(ret_text, line->place);
        str_add(ret_text, " | ");
        table_add_markdown(ret_text, line->arm);
        str_addf(ret_text, " | %s | ", line->measure);
        paper_add_value(line, ret_text);
        if (line->beyond)
            str_addf(ret_text, " | %c %g | %s%s |\n", line->beyond, line->bound,
                     paper_verdict_names[line->verdict],
                     line->verdict != CLAIM_UNDECIDED && line->strict == CLAIM_UNDECIDED
                         ? ", no more than chance would give among as many"
                         : "");
        else
            str_add(ret_text, " | | |\n");
    }
}

void paper_add_md_claims(const struct paper_finding *findings, size_t count, const char *what_ran,
                         struct str *ret_text)
{
    str_add(ret_text, "# Claims\n\n| | claim | experiment | verdict | measured |\n"
                      "|---|---|---|---|---|\n");
    struct str measured = {0};
    for (size_t i = 0; i < count; i++) {
        const struct paper_finding *f = &findings[i];
        str_addf(ret_text, "| %s | %s | %s | **%s** | ", f->claim->id, f->claim->statement,
                 f->experiment, paper_verdict_names[f->verdict]);
        str_clear(&measured);
        add_measured(f, &measured);
        table_add_markdown(ret_text, str_text(&measured));
        str_add(ret_text, " |\n");
    }
    str_release(&measured);
    str_addf(ret_text, "\n%s", EMBEDDED(claims_md));
    if (what_ran)
        str_addf(ret_text, "\n#%s", what_ran); /* one level below the title */
    for (size_t i = 0; i < count; i++)
        add_md_lines(&findings[i], ret_text);
}

void paper_add_tex_claims(const struct paper_finding *findings, size_t count, struct str *ret_text)
{
    str_add(ret_text, "% Claims. Wants \\usepackage{booktabs}.\n"
                      "\\begin{tabular}{lp{0.3\\linewidth}lp{0.45\\linewidth}}\n\\toprule\n"
                      " & claim & verdict & measured \\\\\n\\midrule\n");
    for (size_t i = 0; i < count; i++) {
        const struct paper_finding *f = &findings[i];
        struct str measured = {0};
        add_measured(f, &measured);
        str_addf(ret_text, "%s & ", f->claim->id);
        add_tex(ret_text, f->claim->statement);
        str_addf(ret_text, " & %s & \\raggedright ", paper_verdict_names[f->verdict]);
        add_tex(ret_text, str_text(&measured));
        str_add(ret_text, " \\tabularnewline\n");
        str_release(&measured);
    }
    str_add(ret_text, "\\bottomrule\n\\end{tabular}\n");
}

static void put_line(const struct table_row *row, const struct paper_finding *f,
                     const struct paper_line *line)
{
    static const struct paper_line none = {
        .mean = (double)NAN, .interval = {(double)NAN, (double)NAN}, .bound = (double)NAN};
    const struct paper_line *l = line ? line : &none;
    const char beyond[2] = {l->beyond, '\0'};
    table_put(row, "claim", table_text(f->claim->id));
    table_put(row, "verdict", table_text(paper_verdict_names[f->verdict]));
    table_put(row, "why", table_text(f->why));
    table_put(row, "experiment", table_text(f->experiment));
    table_put(row, "cells", table_count((size_t)f->cells));
    table_put(row, "done", table_count((size_t)f->done));
    table_put(row, "place", table_text(l->place));
    table_put(row, "arm", table_text(l->arm));
    table_put(row, "measure", table_text(l->measure));
    table_put(row, "unit", table_text(l->unit));
    table_put(row, "n", table_count(l->n));
    table_put(row, "mean", table_real(l->mean));
    table_put(row, "low", table_real(l->interval.low));
    table_put(row, "high", table_real(l->interval.high));
    table_put(row, "beyond", table_text(*beyond ? beyond : NULL));
    table_put(row, "bound", table_real(*beyond ? l->bound : (double)NAN));
    table_put(row, "line", table_text(line ? paper_verdict_names[l->verdict] : NULL));
    table_put(row, "line_strict", table_text(line ? paper_verdict_names[l->strict] : NULL));
    table_put(row, "doubtful", table_count(l->doubtful));
    table_put(row, "same", table_count(l->same));
}

void paper_add_csv_claims(const struct paper_finding *findings, size_t count, struct str *ret_text)
{
    struct table table = {0};
    const struct table_row names = {&table, true}, row = {&table, false};
    put_line(&names, &findings[0], NULL);
    for (size_t i = 0; i < count; i++) {
        if (!findings[i].count)
            put_line(&row, &findings[i], NULL);
        for (size_t l = 0; l < findings[i].count; l++)
            put_line(&row, &findings[i], &findings[i].lines[l]);
    }
    table_format(&table, TABLE_CSV, ret_text);
    table_release(&table);
}

/* ---- Numbers ----------------------------------------------------------------------------------*/

void paper_add_numbers_head(struct str *ret_text)
{
    str_add(ret_text, EMBEDDED(numbers_tex));
}

/* What LaTeX would not take in a name becomes '-', blanks too; none at the end. */
static void add_key(struct str *ret_text, const char *text)
{
    struct str key = {0}, shown = {0};
    str_add_shown(&shown, text, "");
    for (const char *p = str_text(&shown); *p; p++)
        str_addf(&key, "%c", strchr("\\%#{}~^&$_ '\"", *p) ? '-' : *p);
    str_trim(&key, "-");
    str_add(ret_text, str_text(&key));
    STR_RELEASE(&key, &shown);
}

void paper_add_numbers_table(const char *paper, const char *name, const struct table *table,
                             struct str *ret_text)
{
    struct str key = {0};
    for (size_t r = 1; r <= table_rows(table); r++) {
        const struct db_value *row = &table->cells[r * table->columns];
        str_clear(&key);
        str_addf(&key, "%s/%s", paper, name);
        for (size_t c = 0; c < table->columns; c++) {
            if (!is_label(table->cells[c].text))
                continue;
            str_add(&key, "/");
            if (row[c].type == VALUE_TEXT)
                add_key(&key, row[c].text);
            else
                str_addf(&key, "%g", paper_number(&row[c]));
        }
        for (size_t c = 0; c < table->columns; c++) {
            if (is_label(table->cells[c].text))
                continue;
            str_addf(ret_text, "\\winnowSet{%s/", str_text(&key));
            add_key(ret_text, table->cells[c].text);
            str_add(ret_text, "}{");
            add_cell(ret_text, &row[c]);
            str_add(ret_text, "}\n");
        }
    }
    str_release(&key);
}

void paper_add_numbers_claim(const struct paper_finding *finding, struct str *ret_text)
{
    static const char *const digits[] = {"Zero", "One", "Two",   "Three", "Four",
                                         "Five", "Six", "Seven", "Eight", "Nine"};
    const char *id = finding->claim->id, *verdict = paper_verdict_names[finding->verdict];
    str_addf(ret_text, "\\newcommand{\\winnow%c%s}{%s}\n\\winnowSet{%s}{%s}\n", id[0],
             digits[id[1] - '0'], verdict, id, verdict);
    for (size_t i = 0; i < finding->count; i++) {
        const struct paper_line *line = &finding->lines[i];
        struct str key = {0};
        str_addf(&key, "%s/", id);
        add_key(&key, line->place);
        str_add(&key, "/");
        add_key(&key, line->arm);
        str_add(&key, "/");
        add_key(&key, line->measure);
        str_addf(ret_text, "\\winnowSet{%s/mean}{%.4g}\n", str_text(&key), line->mean);
        if (!isnan(line->interval.low))
            str_addf(ret_text, "\\winnowSet{%s/low}{%.4g}\n\\winnowSet{%s/high}{%.4g}\n",
                     str_text(&key), line->interval.low, str_text(&key), line->interval.high);
        str_addf(ret_text, "\\winnowSet{%s/n}{%zu}\n", str_text(&key), line->n);
        str_release(&key);
    }
}
