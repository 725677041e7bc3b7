/*
 * cmd_compare_table: what winnow compare prints: a table with its title, verdicts and estimators
 * for people, or every number for programs.
 */
#pragma once

#include "harness/ask/compare.h"
#include "harness/ask/table.h"

struct cmd_compare_look {
    enum table_format format;
    const char *metric_name;
    const struct compare_metric *metric;
    const char *at_time; /* as given; NULL: not */
    enum compare_test test;
    double margin;                      /* NAN: no verdicts */
    size_t anytime_least, anytime_most; /* as compare_settings' */
    bool work;                          /* a second table, of what was computed */
};

/* Of at least one comparison. */
void cmd_compare_add_table(const struct compare_list *list, const struct cmd_compare_look *look,
                           struct str *ret_text);
/* "ucb(c=2) 0.5 against full" */
void cmd_compare_add_arms(const struct compare_result *result, struct str *ret_text);
