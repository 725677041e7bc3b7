/* The pruner `file`: lists and scores of others, and every way of getting one wrong. */
#include "pruners/sampler.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct file_options { /* as pruners/file.c */
    const char *path;
    double seconds;
    struct sampler_options choice;
};

enum { N = 6, CLASSES = 2 };

static const uint16_t labels[N] = {0, 1, 0, 1, 0, 1};
/* A split of a file of 10: the others were set aside. */
static const uint32_t origin[N] = {1, 2, 4, 5, 7, 9};

static struct pruner_task whole_task(double rate)
{
    return (struct pruner_task){
        .n = N, .classes = CLASSES, .labels = labels, .origin_n = N, .rate = rate, .epochs = 3};
}

static struct pruner_task part_task(double rate)
{
    struct pruner_task task = whole_task(rate);
    task.origin = origin;
    task.origin_n = 10;
    return task;
}

static const char *write(const char *text)
{
    static char path[512];
    snprintf(path, sizeof path, "%s/kept", test_dir());
    test_write_file(path, text);
    return path;
}

/* The samples that are kept, as "0 3 5"; ends the test with the reason where that fails. */
static const char *keep(const char *text, const struct pruner_task *task, int balance)
{
    static char kept[64];
    const struct file_options options = {.path = write(text), .choice.balance = balance};
    uint32_t index[N];
    float weight[N];
    struct pruner_selection selection = {.index = index, .weight = weight};
    struct pruner_run *run;
    struct err err;
    cr_assert_eq(pruner_begin(pruner_find("file"), &options, task, &run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_score(run, &err), 0, "%s", err.text);
    cr_assert_eq(pruner_select(run, 0, &selection, &err), 0, "%s", err.text);
    kept[0] = '\0';
    for (size_t j = 0; j < selection.count; j++)
        snprintf(kept + strlen(kept), sizeof kept - strlen(kept), j ? " %u" : "%u", index[j]);
    pruner_end(run);
    return kept;
}

static void expect_kept(const char *text, const struct pruner_task *task, int balance,
                        const char *expected)
{
    const char *kept = keep(text, task, balance);
    cr_expect(strcmp(kept, expected) == 0, "'%s' keeps %s, not %s", text, kept, expected);
}

/* expected: what follows the file's path. */
static void expect_refused(const char *text, const struct pruner_task *task, int balance,
                           const char *expected)
{
    const struct file_options options = {.path = write(text), .choice.balance = balance};
    struct pruner_run *run;
    struct err err;
    char whole[1024];
    snprintf(whole, sizeof whole, "file: %s%s", options.path, expected);
    cr_assert_eq(pruner_begin(pruner_find("file"), &options, task, &run, &err), -1, "'%s' is taken",
                 text);
    cr_expect(strcmp(err.text, whole) == 0, "'%s' says\n  %s\nnot\n  %s", text, err.text, whole);
}

Test(file, a_list_keeps_its_first)
{
    const struct pruner_task most = whole_task(0.5), few = whole_task(0.7);
    const char list[] = "# by somebody\n5\n\n 0 \r\n3\n2\n";
    expect_kept(list, &most, 0, "0 3 5");
    expect_kept(list, &few, 0, "0 5"); /* round(1.8) */
    expect_kept("5\n0\n2", &most, 0, "0 2 5");
}

Test(file, scores_keep_the_highest_ties_by_index)
{
    const struct pruner_task half = whole_task(0.5);
    expect_kept("index,score\n0,1\n1,5\n2,3\n3,3\n4,3\n5,-1\n", &half, 0, "1 2 3");
    expect_kept("\xef\xbb\xbfname,score,index,note\r\n"
                "a,0.1,5,\"x, \"\"y\"\"\"\r\nb,\"2\",4,\r\nc,1e3, 3 ,\r\nd,.5,2,\r\n# no\r\n"
                "e,-4,1,\r\nf,3,\"0\",\r\n",
                &half, 0, "0 3 4");
}

/* Indices are positions in the dataset's own file; those of other splits are passed over. */
Test(file, indices_are_the_datasets_own)
{
    const struct pruner_task half = part_task(0.5);
    expect_kept("9\n0\n1\n3\n5\n2\n", &half, 0, "0 3 5"); /* 9 1 5: samples 5, 0, 3 */
    expect_kept("index,score\n0,99\n1,1\n2,2\n3,98\n4,3\n5,4\n6,97\n7,5\n8,0\n9,6\n", &half, 0,
                "3 4 5");
    struct pruner_task unknown = half;
    unknown.origin_n = 0;
    expect_kept("9\n4711\n1\n5\n", &unknown, 0, "0 3 5");
}

Test(file, balance_keeps_each_class_its_share)
{
    const struct pruner_task third = whole_task(2.0 / 3);
    expect_kept("1\n3\n5\n2\n", &third, 0, "1 3");
    expect_kept("1\n3\n5\n2\n", &third, 1, "1 2");
    expect_refused("1\n3\n5\n", &third, 1,
                   " lists 0 samples of class 0, balance: class keeps 1: list more, or set "
                   "balance: none");
}

Test(file, lists_that_do_not_work_are_refused)
{
    const struct pruner_task half = whole_task(0.5), part = part_task(0.5);
    expect_refused("", &half, 0, " is empty");
    expect_refused("\n# nothing\n", &half, 0, " says nothing: it has neither indices nor scores");
    expect_refused("1\n2\n", &half, 0,
                   " lists 2 of the 6 training samples, rate 0.5 keeps 3: list more, or raise the "
                   "rate");
    expect_refused("0\n1\n3\n6\n", &part, 0, /* only 1 is of the split */
                   " lists 1 of the 6 training samples, rate 0.5 keeps 3: list more, or raise the "
                   "rate");
    expect_refused("1\n2\n\n1\n", &half, 0,
                   ":4: index 1 was on line 1 already: take one of them out");
    expect_refused("1\n2\n6\n", &half, 0,
                   ":3: index 6 is not in the dataset, whose training file has 6 samples: indices "
                   "count from 0");
    expect_refused("1\n-2\n", &half, 0,
                   ":2: expected a sample's index, a whole number from 0, found '-2'");
    expect_refused("1\ntwo\n", &half, 0,
                   ":2: expected a sample's index, a whole number from 0, found 'two'");
    expect_refused("1\n2,0.5\n", &half, 0, ":2: expected one index, found more");
}

Test(file, scores_that_do_not_work_are_refused)
{
    const struct pruner_task half = whole_task(0.5), part = part_task(0.5);
    expect_refused("index,value\n1,2\n", &half, 0,
                   ":1: expected one index a line, or a header line with the columns index and "
                   "score, comma-separated");
    expect_refused("1,0.5\n", &half, 0,
                   ":1: expected one index a line, or a header line with the columns index and "
                   "score, comma-separated");
    expect_refused("index,score,score\n", &half, 0, ":1: two columns are named 'score'");
    expect_refused("index,score\n0,1\n1,nan\n", &half, 0,
                   ":3: expected a finite number as score, found 'nan'");
    expect_refused("index,score\n0,1e300\n", &half, 0,
                   ":2: expected a finite number as score, found '1e300'");
    expect_refused("index,score\n0\n", &half, 0, ":2: expected a finite number as score, found ''");
    expect_refused("score,index\n1\n", &half, 0,
                   ":2: expected a sample's index, a whole number from 0, found ''");
    expect_refused("index,score\n0,\"1\n", &half, 0,
                   ":2: a quote is not closed, or is followed by more");
    expect_refused("index,score\n0,1\n1,1\n0,2\n", &half, 0,
                   ":4: index 0 was on line 2 already: take one of them out");
    expect_refused("index,score\n0,1\n1,1\n3,2\n4,1\n", &half, 0,
                   " has no score for 2 of the 6 training samples; the first is index 2");
    expect_refused("index,score\n0,1\n1,1\n2,2\n5,1\n7,1\n9,1\n", &part, 0,
                   " has no score for 1 of the 6 training samples; the first is index 4");
}

Test(file, no_file_is_refused)
{
    const struct pruner_task half = whole_task(0.5);
    const char *const paths[] = {NULL, "", "/nowhere/kept", "/"};
    const char *const reasons[] = {
        "file: needs a path: a list of indices, or a CSV with index and score",
        "file: needs a path: a list of indices, or a CSV with index and score",
        "file: /nowhere/kept: No such file or directory; paths are relative to the working "
        "directory",
        "file: / cannot be read: is it a file?",
    };
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        const struct file_options options = {.path = paths[i]};
        struct pruner_run *run;
        struct err err;
        cr_expect_eq(pruner_begin(pruner_find("file"), &options, &half, &run, &err), -1);
        cr_expect(strcmp(err.text, reasons[i]) == 0, "%s", err.text);
    }
}

Test(file, what_it_cost_elsewhere_is_charged)
{
    const struct pruner_task half = whole_task(0.5);
    const struct file_options options = {.path = write("0\n1\n2\n"), .seconds = 12.5};
    struct pruner_run *run;
    struct err err;
    cr_assert_eq(pruner_begin(pruner_find("file"), &options, &half, &run, &err), 0, "%s", err.text);
    cr_expect_eq(pruner_seconds_elsewhere(run), 12.5);
    pruner_end(run);
    cr_assert_eq(pruner_begin(pruner_find("random"), NULL, &half, &run, &err), 0);
    cr_expect_eq(pruner_seconds_elsewhere(run), 0);
    pruner_end(run);
}
