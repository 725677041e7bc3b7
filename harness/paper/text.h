/*
 * paper_text: findings and tables as text: Markdown, CSV, LaTeX, and numbers for LaTeX's text.
 *
 * LaTeX tables want the package booktabs. Numbers are looked up by what they are of:
 *
 *     \input{numbers}
 *     \winnow{a/accuracy/cifar10/resnet8/ucb/period=2/0.5/accuracy}
 *     \winnow{A3}                                  held, not held, undecided, not measured
 *     \winnowAThree                                the same
 */
#pragma once

#include "base/str.h"
#include "harness/paper/claims.h"

struct paper_caption {
    const char *title, *experiment;
};

/* Each appends. */
void paper_add_tex_table(const struct table *table, const struct paper_caption *caption,
                         struct str *ret_text);
void paper_add_md_table(const struct table *table, const struct paper_caption *caption,
                        struct str *ret_text);
/* what_ran: that table in Markdown; NULL: none. */
void paper_add_md_claims(const struct paper_finding *findings, size_t count, const char *what_ran,
                         struct str *ret_text);
void paper_add_tex_claims(const struct paper_finding *findings, size_t count, struct str *ret_text);
/* Of at least one. A row for each line; of a claim without lines one with its verdict. */
void paper_add_csv_claims(const struct paper_finding *findings, size_t count, struct str *ret_text);

/* numbers.tex: first the head, then what there is to look up. */
void paper_add_numbers_head(struct str *ret_text);
void paper_add_numbers_table(const char *paper, const char *name, const struct table *table,
                             struct str *ret_text);
void paper_add_numbers_claim(const struct paper_finding *finding, struct str *ret_text);
