/*
 * winnow fetch on a disk that runs full, and in a terminal.
 */
#include "tests/support/cli_output.h"
#include "tests/support/pty.h"
#include "tests/support/small_disk.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

/* Shell: a site with one of MNIST's files, of 900 KiB. */
static const char *const site =
    "unset http_proxy all_proxy ALL_PROXY; mkdir -p site; echo whole >site/way; rm -f site/port; "
    "head -c 921600 /dev/zero >site/train-images-idx3-ubyte.gz; (cd site; md5sum train*) >sums; "
    "for name in train-labels-idx1 t10k-images-idx3 t10k-labels-idx1; do "
    "echo \"$(printf %032d 0)  $name-ubyte.gz\"; done >>sums; "
    "python3 tests/support/fetch_server.py site & "
    "while [ ! -e site/port ]; do sleep 0.02; done; server=http://127.0.0.1:$(cat site/port);";

TestSuite(cli_fetch, .init = cli_enter, .fini = cli_release);

static void skip_where_there_is_none(void)
{
    RUN("test -e \"$W-fetch\"");
    if (output.status)
        cr_skip_test("winnow fetch was not built, for want of its libraries");
}

Test(cli_fetch, a_full_disk_keeps_what_has_come)
{
    skip_where_there_is_none();
    test_small_disk(1);
    RUN("cd %s; ln -s \"$OLDPWD/tests\" tests; %s head -c 500000 /dev/zero >disk/fill; "
        "for i in 1 2; do winnow fetch mnist --data-dir disk --from $server/sets --sums sums; "
        "ls disk/mnist; rm -f disk/fill; done; cat site/log",
        test_dir(), site);
    expect(0, "train-images-idx3-ubyte.gz.part\ntrain-images-idx3-ubyte.gz.part.from\n",
           "disk/mnist/train-images-idx3-ubyte.gz.part: No space left on device; ");
    expect(0,
           "train-images-idx3-ubyte.gz\ntrain-images-idx3-ubyte.gz all\n"
           "train-images-idx3-ubyte.gz bytes=",
           " KiB are kept: the same command goes on from there\n"
           "train-images-idx3-ubyte.gz: 900.0 KiB from ");
}

Test(cli_fetch, a_terminal_shows_how_far_it_is)
{
    skip_where_there_is_none();
    struct pty *pty =
        pty_start("cd %s; ln -s \"$OLDPWD/tests\" tests; %s "
                  "\"$W\" fetch mnist --data-dir data --from $server/slow --sums sums",
                  test_dir(), site);
    while (pty_runs(pty) && !strstr(pty_text(pty), "KiB of 900.0 KiB"))
        pty_read(pty);
    pty_type(pty, "\003");
    const int status = pty_wait(pty);
    cr_expect_eq(status, 130, "%d: %s", status, pty_last(pty));
    cr_expect(strstr(pty_text(pty), "\rtrain-images-idx3-ubyte.gz: 90.0 KiB of 900.0 KiB"), "%s",
              pty_text(pty));
    pty_free(pty);
    RUN("cd %s; ls data/mnist", test_dir());
    expect(0, "train-images-idx3-ubyte.gz.part\ntrain-images-idx3-ubyte.gz.part.from\n", "");
}
