/*
 * What the runner, and with it each test's process, has in common with winnow's workers: the
 * kernels that BLAS should run on this CPU; BLAS and oneDNN on one thread. (Criterion starts each
 * test anew, so that it must be said in each.) The programs that tests start have what users' have:
 * the kernels that BLAS chooses, and as many threads as there are processors.
 */
#include "base/cpu.h"
#include "base/linalg.h"

#include <stdlib.h>

#ifdef WINNOW_SANITIZE
/*
 * Criterion puts what its processes share at 0x200000000000 + rand_r() * 2^24. ThreadSanitizer
 * leaves to programs what is from 0x550000000000 on, and this stays below where programs begin.
 */
int rand_r(unsigned *seed);
int rand_r(unsigned *seed)
{
    *seed = *seed * 1103515245 + 12345;
    return (int)(0x350000 + (*seed >> 16) % 0x5000);
}
#endif

/* Of libgomp, which oneDNN brings along. */
extern void omp_set_num_threads(int count) __attribute__((weak));

__attribute__((constructor)) static void be_like_a_worker(void)
{
    /* A test's process is told so before BLAS starts, which reads it then, and starts threads for
     * as long as many a test takes: it knows itself by a variable of Criterion's. */
    static const char threads[] = "OPENBLAS_NUM_THREADS", kernels[] = "OPENBLAS_CORETYPE";
    if (getenv("BXFI_MAP")) {
        unsetenv(threads);
        unsetenv(kernels);
    } else {
        const char *core = cpu_blas_core(cpu_runs(), linalg_core());
        setenv(threads, "1", 1);
        if (core)
            setenv(kernels, core, 1);
    }
    linalg_set_threads(1);
    if (omp_set_num_threads)
        omp_set_num_threads(1);
}
