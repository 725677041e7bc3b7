/* Where -o leads to a character device. tests/cli/output_files.t has pipes and links. */
#include "tests/support/cli_output.h"
#include "tests/support/made_db.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void make_db(void)
{
    made_db(made_path("made.db"));
    cli_enter();
}

TestSuite(cli_output_files, .init = make_db, .fini = cli_release, .timeout = 300);

#define IN "cd %s; "

Test(cli_output_files, a_character_device_is_written_into_and_stays)
{
    RUN(IN "mknod null c 1 3 && : >null", test_dir());
    if (output.status)
        cr_skip_test("no device can be made and used here: %s", output.err);
    RUN(IN "winnow report -e made --db made.db -o null && winnow db backup --db made.db -o null && "
           "test -c null && ls",
        test_dir());
    expect(0, "made.db\nnull\n", "");
}
