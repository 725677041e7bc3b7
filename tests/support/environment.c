/*
 * What the runner, and with it each test's process, has in common with winnow's workers: BLAS on
 * one thread. (Criterion starts each test anew, so that it must be said in each.) The programs that
 * tests start have what users' have: as many as there are processors.
 */
#include "base/linalg.h"

__attribute__((constructor)) static void be_like_a_worker(void)
{
    linalg_set_threads(1);
}
