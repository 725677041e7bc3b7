/* The pixels that a figure's rows carry, parted from their numbers. */
#include "plots/pictures.h"

#include <criterion/criterion.h>
#include <string.h>

static void expect_refused(const char *tsv)
{
    struct str table = {0}, bytes = {0};
    struct err err = {0};
    cr_expect_neq(pictures_take(tsv, &table, &bytes, &err), 0, "'%s' was taken", tsv);
    cr_expect_not_null(strstr(err.text, "not as sample_pixels"), "%s", err.text);
    str_release(&table);
    str_release(&bytes);
}

Test(pictures, part_from_the_numbers)
{
    struct str table = {0}, bytes = {0};
    struct err err;
    const char *tsv = "# block\tclass\tpixels\n0\t7\t1x2x1:00ff\n\n\n1\t8\t1x1x3:0180fe\n";
    cr_assert(pictures_are_in(tsv));
    cr_assert_eq(pictures_take(tsv, &table, &bytes, &err), 0, "%s", err.text);
    cr_expect_str_eq(str_text(&table),
                     "# block\tclass\theight\twidth\n0\t7\t1\t2\n\n\n1\t8\t1\t1\n");
    /* A grey one has the same in red, green and blue. */
    cr_expect_eq(bytes.length, 9);
    cr_expect_eq(memcmp(str_text(&bytes), "\0\0\0\xff\xff\xff\x01\x80\xfe", 9), 0);
    str_release(&table);
    str_release(&bytes);
}

Test(pictures, only_where_the_last_column_says_so)
{
    cr_expect_not(pictures_are_in("# block\tpixels\tclass\n0\t1x1x1:00\t7\n"));
    cr_expect_not(pictures_are_in("# block\tmegapixels\n0\t3\n"));
    cr_expect_not(pictures_are_in(""));
}

Test(pictures, others_are_refused)
{
    expect_refused("# block\tpixels\n0\tNaN\n");
    expect_refused("# block\tpixels\n0\t2x2x1:00ff\n");
    expect_refused("# block\tpixels\n0\t1x1x1:0g\n");
    expect_refused("# block\tpixels\n0\t1x1x1:00ff\n");
    expect_refused("# block\tpixels\n0\t0x1x1:\n");
}
