/*
 * cmd_bench_table: how winnow bench builds and prints its tables.
 *
 *     struct table table;
 *     bench_table_start(&table, names, columns);
 *     bench_table_text(&table, "mlp");
 *     bench_table_number(&table, 1234.5678, 3);          1235
 *     bench_table_print(&table);                         and releases it
 */
#pragma once

#include "harness/ask/table.h"

static const double mebibyte = 1 << 20;

void bench_table_start(struct table *table, const char *const *names, size_t count);
void bench_table_text(struct table *table, const char *text);
/* To `digits` significant ones, or whole where it is larger; "-" where it is not finite. */
void bench_table_number(struct table *table, double value, int digits);
void bench_table_print(struct table *table);
/* foreign: share of the processors that others took; so: what that does to what was measured. */
void bench_warn_of_others(double foreign, const char *so);
