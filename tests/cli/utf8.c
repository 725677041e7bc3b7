/*
 * Text from outside that is not UTF-8: what workers print. tests/cli/utf8.t has names of folders
 * and other databases.
 */
#include "tests/support/cli_output.h"

#include <criterion/criterion.h>

TestSuite(cli_utf8, .init = cli_enter, .fini = cli_release);

/* The dynamic linker complains in each process that it starts, and an address space that is too
 * small ends the worker. */
Test(cli_utf8, what_a_worker_prints_is_stored_as_utf8)
{
    SKIP_SANITIZED("sanitizers want terabytes of addresses, and to be loaded first");
    RUN("cd %s; printf 'name: big\ndataset: {name: synthetic, samples: 200}\n"
        "model: {name: mlp, width: 8192, depth: 8}\npruner: full\ntrain: {epochs: 1}\n' >big.yaml; "
        "ulimit -v 2000000; LD_PRELOAD=\"$(printf 'n\\377.so')\" \"$W\" run big.yaml --db a.db -j "
        "1",
        test_dir());
    expect(1, "", "1 failed");
    expect_sql("a.db", "SELECT count(*) FROM attempt WHERE hex(log) LIKE '%6EEFBFBD2E736F%'", "1");
    RUN("cd %s; winnow sql 'SELECT log FROM attempt' --db a.db --format json", test_dir());
    expect(0, "n\xEF\xBF\xBD.so", "");
}
