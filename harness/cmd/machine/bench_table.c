#include "harness/cmd/machine/bench_table.h"

#include "base/num.h"
#include "harness/cmd/kit/cmd.h"

#include <math.h>
#include <stdio.h>

void bench_table_text(struct table *table, const char *text)
{
    table_add(table, table_text(text));
}

void bench_table_number(struct table *table, double value, int digits)
{
    const int decimals = value > 0 ? (int)fmax(0, digits - 1 - floor(log10(value))) : 0;
    table_add(table, table_real(num_rounded(value, decimals)));
}

void bench_table_start(struct table *table, const char *const *names, size_t count)
{
    *table = (struct table){.columns = count};
    for (size_t i = 0; i < count; i++)
        bench_table_text(table, names[i]);
}

void bench_table_print(struct table *table)
{
    struct str text = {0};
    table_render(table, &text);
    printf("%s", str_text(&text));
    str_release(&text);
    table_release(table);
}

void bench_warn_of_others(double foreign, const char *so)
{
    const double busy_share = 0.05; /* beyond, others' work shows */
    if (foreign > busy_share)
        cmd_say("winnow bench: other programs took %.0f %% of the processors meanwhile: %s\n",
                100 * foreign, so);
}
