/* Where -o leads to something that is no file: each command that writes one file, and plot. */
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

Test(cli_output_files, a_fifo_is_written_into_and_stays)
{
    RUN(IN
        "mkfifo p; timeout 100 cat p >page & winnow report -e made --db made.db -o p; wait; head "
        "-c 15 page; "
        "test -p p && echo stays",
        test_dir());
    expect(0, "<!doctype html>", "");
    expect(0, "stays", "");
    RUN(IN "timeout 100 cat p >copy.db & winnow db backup --db made.db -o p; wait; "
           "sqlite3 copy.db 'PRAGMA integrity_check; SELECT count(*) FROM cell'; "
           "winnow db check --db copy.db >/dev/null && test -p p && ls",
        test_dir());
    expect(0, "ok\n9\n", "");
    expect(0, "copy.db\nmade.db\np\npage\n", "");
}

Test(cli_output_files, stdout_by_its_path_is_written_into_and_not_named)
{
    RUN(IN "echo before >page; winnow report -e made --db made.db -o /dev/stdout >>page; head -1 "
           "page; "
           "tail -1 page",
        test_dir());
    expect(0, "before\n</html>\n", "");
    RUN(IN "winnow db backup --db made.db -o /dev/stdout | cat >copy.db; "
           "sqlite3 copy.db 'SELECT count(*) FROM cell'",
        test_dir());
    expect(0, "9\n", "");
}

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

Test(cli_output_files, a_link_is_followed_and_stays)
{
    RUN(IN "mkdir d; ln -s d/page.html page.html; ln -s d/b.db b.db; ln -s ../d/phases.svg x; "
           "mkdir f; mv x f/phases.svg; winnow report -e made --db made.db -o page.html >&2 && "
           "winnow db backup --db made.db -o b.db >&2 && "
           "winnow plot phases -e made --db made.db -f svg -o f >&2; find . -type l | sort; ls d",
        test_dir());
    expect(0, "./b.db\n./f/phases.svg\n./page.html\nb.db\npage.html\nphases.svg\n", "");
    RUN(IN "winnow db backup --db made.db -o b.db", test_dir());
    expect(5, "", "b.db exists; --force replaces it");
    RUN(IN "ln -s made.db self; winnow db backup --force --db made.db -o self", test_dir());
    expect(5, "", "made.db is the database itself");
}
