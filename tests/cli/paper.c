/* winnow paper --run, stopped. tests/cli/paper.t and paper_files.t have all else. */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>

TestSuite(cli_paper, .init = cli_enter, .fini = cli_release);

/* Whoever stops it stops what it started, and nothing is rendered. */
Test(cli_paper, stopped_it_renders_nothing)
{
    RUN("cd %s; start paper b --size smoke --run -j 1 --set "
        "train.epochs=100000 "
        "--set 'dataset={name: synthetic, samples: 500}' -o stopped; "
        "db=results/paper-b-smoke.db; "
        "until [ \"$(sqlite3 $db 'SELECT count(*) FROM attempt' 2>&1)\" = 1 ]; "
        "do kill -0 $pid || exit 9; sleep 0.05; done; "
        "kill -INT $pid; wait $pid; code=$?; ls stopped 2>&1 && exit 8; exit $code",
        test_dir());
    expect(130, "", "");
}
