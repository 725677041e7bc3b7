/* Where data is read from: a choice is obeyed, or it is said that it was not. */
#include "tests/support/cli_output.h"
#include "tests/support/made_data.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char sets[] = "name: sets\n"
                           "dataset: mnist\n"
                           "data_dir: chosen\n"
                           "model: softmax\n"
                           "pruner: [full, random]\n"
                           "rate: 0.5\n"
                           "train: {epochs: 1, batch: 4, lr: 0.1}\n";

/* A folder that is chosen and has nothing, one that comes after it, and one of another's choice. */
static void write_sets(void)
{
    char path[256];
    cli_enter();
    unsetenv("WINNOW_DATA");
    snprintf(path, sizeof path, "%s/sets.yaml", test_dir());
    test_write_file(path, sets);
    made_folder("chosen");
    made_idx(made_folder("data/mnist"), 1, false);
    made_idx(made_folder("other/MNIST/raw"), 2, true);
}

TestSuite(cli_data_dir, .init = write_sets, .fini = cli_release);

Test(cli_data_dir, a_folder_that_is_not_there_is_a_mistake_with_its_place)
{
    static const char *const commands[] = {"check", "plan", "run", "emit parallel -o jobs"};
    RUN("cd %s && rmdir chosen", test_dir());
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        RUN("cd %s && winnow %s sets.yaml", test_dir(), commands[i]);
        expect(2, "",
               "sets.yaml:3:11: data_dir: 'chosen': No such file or directory; name an existing "
               "folder, or none\n");
    }
    RUN("cd %s && winnow check sets.yaml --set data_dir=sets.yaml", test_dir());
    expect(2, "", "--set data_dir: 'sets.yaml': Not a directory; ");
}

Test(cli_data_dir, the_home_folders_sign_is_understood)
{
    RUN("cd %s && HOME=$PWD winnow plan sets.yaml --set 'data_dir=~/other' --no-measure",
        test_dir());
    expect(0, "other/MNIST/raw, content ", "");
    cr_expect_null(strstr(output.err, "note"), "%s", output.err);
    RUN("cd %s && HOME=$PWD winnow check sets.yaml --set 'data_dir=~/nowhere'", test_dir());
    expect(2, "", "/nowhere': No such file or directory");
}

Test(cli_data_dir, what_is_read_instead_is_named_by_check_plan_and_run)
{
    static const char *const commands[] = {"check", "plan --no-measure", "run --db a.db -j 1"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        RUN("cd %s && winnow %s sets.yaml", test_dir(), commands[i]);
        expect(0, "",
               "sets.yaml:3:11: note: data_dir: 'chosen' has no mnist: it is read from "
               "./data/mnist\n");
    }
    RUN("cd %s && winnow plan sets.yaml --no-measure --db a.db", test_dir());
    expect(0, "\ndata: mnist from ", "");
    expect(0, "/data/mnist, content ", "");
    RUN("cd %s && winnow plan sets.yaml --no-measure --json", test_dir());
    expect(0, "\"strayed\": true", "");
    RUN("cd %s && winnow run --strict sets.yaml", test_dir());
    expect(2, "", "sets.yaml:3:11: data_dir: 'chosen' has no mnist");
    RUN("cd %s && WINNOW_DATA=chosen winnow check sets.yaml --set data_dir=data", test_dir());
    cr_expect_null(strstr(output.err, "note"), "%s", output.err);
}

Test(cli_data_dir, the_attempt_and_the_report_say_what_was_read)
{
    RUN("cd %s && winnow run sets.yaml --db a.db -j 1", test_dir());
    expect(0, "", "2 cells done");
    RUN("cd %s && winnow sql --db a.db -f csv \"SELECT DISTINCT data_folder = '$PWD/data/mnist', "
        "length(data_hash), test_n FROM v_run\"",
        test_dir());
    expect(0, "\n1,64,5\n", "");
    RUN("cd %s && winnow show $(sqlite3 a.db 'SELECT short FROM v_run LIMIT 1') --db a.db",
        test_dir());
    expect(0, "\n  data: /", "");
    expect(0, " % of 5 samples\n", "");
    expect(0, "/data/mnist, content ", "");
    RUN("cd %s && winnow report --db a.db -o a.html && cat a.html", test_dir());
    expect(0, "<dt>Data read</dt><dd>mnist from /", "");
    expect(0, "/data/mnist, content ", "");
    RUN("cd %s && winnow run sets.yaml --db b.db --set dataset=synthetic -j 1 && "
        "sqlite3 b.db \"SELECT DISTINCT 'made' || data_folder FROM v_run\"",
        test_dir());
    expect(0, "made\n", "");
}

Test(cli_data_dir, the_environments_folder_is_a_choice_too)
{
    RUN("cd %s && sed -i /data_dir/d sets.yaml; WINNOW_DATA=/nonexistent winnow check sets.yaml",
        test_dir());
    expect(2, "", "sets.yaml: $WINNOW_DATA: '/nonexistent': No such file or directory; ");
    RUN("cd %s && WINNOW_DATA=chosen winnow check sets.yaml", test_dir());
    expect(0, "",
           "sets.yaml: note: $WINNOW_DATA: 'chosen' has no mnist: it is read from "
           "./data/mnist\n");
    RUN("cd %s && WINNOW_DATA=other winnow plan sets.yaml --no-measure", test_dir());
    expect(0, "/other/MNIST/raw, content", "");
    /* Made data asks for no folder. */
    RUN("cd %s && WINNOW_DATA=/nonexistent winnow check sets.yaml --set dataset=synthetic",
        test_dir());
    expect(0, "2 cells", "");
    RUN("WINNOW_DATA=/nonexistent winnow doctor");
    cr_expect(strstr(output.out, "/nonexistent (not there)"), "%s", output.out);
    cr_expect(strstr(output.out, "name an existing folder in $WINNOW_DATA"), "%s", output.out);
}

Test(cli_data_dir, a_limit_beyond_the_data_is_found_before_anything_runs)
{
    RUN("cd %s && sed -i 's/^dataset: mnist/dataset: {name: mnist, train_limit: 13}/' sets.yaml; "
        "winnow run sets.yaml --db a.db",
        test_dir());
    expect(4, "",
           "sets.yaml:2:10: mnist: train_limit: expected at most 12, all there are, found 13");
    RUN("cd %s && winnow plan sets.yaml --set 'dataset={name: mnist, test_limit: 6}'", test_dir());
    expect(4, "",
           "winnow plan: --set dataset: mnist: test_limit: expected at most 5, all there are, "
           "found 6");
    RUN("cd %s && ls a.db", test_dir());
    cr_expect_neq(output.status, 0, "a database was made");
}

Test(cli_data_dir, every_flag_that_names_a_folder_is_obeyed_or_refused)
{
    RUN("winnow paper a --size smoke --run --data-dir /nonexistent");
    expect(2, "", "--data-dir: '/nonexistent': No such file or directory");
    RUN("cd %s && winnow emit parallel sets.yaml -o jobs --data-dir /nonexistent", test_dir());
    expect(0, "", "note: --data-dir: not on this machine");
    RUN("cd %s && winnow cell --plan jobs/plan.jsonl --element 0 --data-dir /nonexistent",
        test_dir());
    expect(4, "", "data_dir: '/nonexistent': No such file or directory");
    RUN("cd %s && winnow cell --plan jobs/plan.jsonl --element 0", test_dir());
    expect(0, "", "/data/mnist\n");
    expect(0, "", "note: mnist is not in ");
    RUN("cd %s && winnow run sets.yaml --db a.db -j 1 && "
        "key=$(sqlite3 a.db \"SELECT short FROM v_run WHERE pruner = 'random'\") && "
        "winnow scores $key --db a.db --data-dir /nonexistent",
        test_dir());
    expect(4, "", "--data-dir: '/nonexistent': No such file or directory");
    RUN("cd %s && key=$(sqlite3 a.db \"SELECT short FROM v_run WHERE pruner = 'random'\") && "
        "winnow scores $key --db a.db --data-dir other",
        test_dir());
    expect(4, "", "/other/MNIST/raw is not what the cell was trained on (content ");
    /* Without one: where it was read, wherever the command is typed. */
    RUN("cd / && key=$(sqlite3 %s/a.db \"SELECT short FROM v_run WHERE pruner = 'random'\") && "
        "winnow scores $key --db %s/a.db",
        test_dir(), test_dir());
    expect(0, "index,label,score,kept\n", "");
}
