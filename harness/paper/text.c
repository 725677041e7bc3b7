#include "harness/paper/text.h"

#include "plots/latex.h"

#include <math.h>
#include <string.h>

/* ---- LaTeX ------------------------------------------------------------------------------------*/

static void add_tex(struct str *ret_text, const char *text)
{
    latex_add(ret_text, text, strlen(text));
}

static void add_cell(struct str *ret_text, const struct db_value *cell)
{
    switch (cell->type) {
    case VALUE_INTEGER:
        str_addf(ret_text, "%lld", (long long)cell->integer);
        break;
    case VALUE_REAL:
        str_addf(ret_text, "%.6g", cell->real);
        break;
    case VALUE_TEXT:
        add_tex(ret_text, cell->text);
        break;
    default:
        str_add(ret_text, "--");
    }
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
        str_addf(ret_text,
                 "of %zu lines %zu hold, %zu against it; the least favourable: ", finding->judged,
                 held, against);
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
        str_addf(ret_text, "| %s | %s | %s | ", line->place, line->arm, line->measure);
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

static const char explanation[] =
    "\nA line holds where its whole 95 % interval (Student's t over the seeds; of logarithms for\n"
    "ratios, no further than correlations and shares go, of points with a spread of one sample of\n"
    "the test set at least) lies beyond its bound, and contradicts the claim where all of it lies\n"
    "on the other side. A claim held if every line holds (A4: if on each dataset and network\n"
    "some arm does). It did not hold if a line contradicts it (A4: one of every arm). What\n"
    "picks one of k lines, which is both of A4's and the second of all others, goes by intervals\n"
    "of 1 - 0.05/k (Bonferroni). Anything else is undecided: one seed decides nothing, nor do\n"
    "values that are the same with every seed, which do not show how far off the next may be, nor\n"
    "two arms that ended with the same bits, which are one. Lines without a bound are shown and\n"
    "not judged.\n";

void paper_add_md_claims(const struct paper_finding *findings, size_t count, const char *what_ran,
                         struct str *ret_text)
{
    str_add(ret_text, "# Claims\n\n| | claim | experiment | verdict | measured |\n"
                      "|---|---|---|---|---|\n");
    for (size_t i = 0; i < count; i++) {
        const struct paper_finding *f = &findings[i];
        str_addf(ret_text, "| %s | %s | %s | **%s** | ", f->claim->id, f->claim->statement,
                 f->experiment, paper_verdict_names[f->verdict]);
        add_measured(f, ret_text);
        str_add(ret_text, " |\n");
    }
    str_add(ret_text, explanation);
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

static struct db_value text_cell(const char *text)
{
    return text ? (struct db_value){.type = VALUE_TEXT, .text = text}
                : (struct db_value){.type = VALUE_NULL};
}

static struct db_value real_cell(double value)
{
    return isnan(value) ? (struct db_value){.type = VALUE_NULL}
                        : (struct db_value){.type = VALUE_REAL, .real = value};
}

static struct db_value count_cell(int64_t value)
{
    return (struct db_value){.type = VALUE_INTEGER, .integer = value};
}

static void add_csv_row(const struct paper_finding *f, const struct paper_line *line,
                        struct table *table)
{
    const char beyond[2] = {line ? line->beyond : '\0', '\0'};
    const struct db_value cells[] = {
        text_cell(f->claim->id),
        text_cell(paper_verdict_names[f->verdict]),
        text_cell(f->why),
        text_cell(f->experiment),
        count_cell(f->cells),
        count_cell(f->done),
        text_cell(line ? line->place : NULL),
        text_cell(line ? line->arm : NULL),
        text_cell(line ? line->measure : NULL),
        text_cell(line ? line->unit : NULL),
        count_cell(line ? (int64_t)line->n : 0),
        real_cell(line ? line->mean : (double)NAN),
        real_cell(line ? line->interval.low : (double)NAN),
        real_cell(line ? line->interval.high : (double)NAN),
        text_cell(*beyond ? beyond : NULL),
        real_cell(*beyond ? line->bound : (double)NAN),
        text_cell(line ? paper_verdict_names[line->verdict] : NULL),
        text_cell(line ? paper_verdict_names[line->strict] : NULL),
        count_cell(line ? (int64_t)line->doubtful : 0),
        count_cell(line ? (int64_t)line->same : 0),
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        table_add(table, cells[i]);
}

void paper_add_csv_claims(const struct paper_finding *findings, size_t count, struct str *ret_text)
{
    static const char *const names[] = {"claim", "verdict", "why",         "experiment", "cells",
                                        "done",  "place",   "arm",         "measure",    "unit",
                                        "n",     "mean",    "low",         "high",       "beyond",
                                        "bound", "line",    "line_strict", "doubtful",   "same"};
    struct table table = {.columns = sizeof names / sizeof *names};
    for (size_t i = 0; i < table.columns; i++)
        table_add(&table, text_cell(names[i]));
    for (size_t i = 0; i < count; i++) {
        if (!findings[i].count)
            add_csv_row(&findings[i], NULL, &table);
        for (size_t l = 0; l < findings[i].count; l++)
            add_csv_row(&findings[i], &findings[i].lines[l], &table);
    }
    table_format(&table, TABLE_CSV, ret_text);
    table_release(&table);
}

/* ---- Numbers ----------------------------------------------------------------------------------*/

void paper_add_numbers_head(struct str *ret_text)
{
    str_add(ret_text, "% Numbers to look up: \\winnow{what/it/is/of}.\n"
                      "\\providecommand{\\winnow}[1]{\\ifcsname winnow@#1\\endcsname"
                      "\\csname winnow@#1\\endcsname\\else\\errmessage{no winnow number #1}\\fi}\n"
                      "\\providecommand{\\winnowSet}[2]{\\expandafter\\def"
                      "\\csname winnow@#1\\endcsname{#2}}\n");
}

/* What LaTeX would not take in a name becomes '-', blanks too; none at the end. */
static void add_key(struct str *ret_text, const char *text)
{
    struct str key = {0};
    for (; *text; text++)
        str_addf(&key, "%c", strchr("\\%#{}~^&$_ '\"", *text) ? '-' : *text);
    str_trim(&key, "-");
    str_add(ret_text, str_text(&key));
    str_release(&key);
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
