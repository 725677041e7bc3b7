#include "base/linalg.h"

#include "base/mem.h"
#include "base/str.h"

#include <cblas.h>
#include <f77blas.h>
#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

/* Of OpenBLAS's buffer, of which each of its threads has one (measured: 0.3.21
 * and 0.3.29, x86-64). */
enum { BUFFER_MIB = 128 };

/* LAPACK's, which OpenBLAS has in it and does not declare. */
void dgeqrf_(const blasint *rows, const blasint *columns, double *a, const blasint *lda,
             double *ret_factors, double *work, const blasint *work_size, blasint *ret_info);
void dsyev_(const char *job, const char *triangle, const blasint *n, double *a, const blasint *lda,
            double *ret_values, double *work, const blasint *work_size, blasint *ret_info);

static blasint as_int(size_t n)
{
    REQUIRE(n <= INT_MAX);
    return (blasint)n;
}

static CBLAS_TRANSPOSE transposed(bool trans)
{
    return trans ? CblasTrans : CblasNoTrans;
}

void linalg_gemm(float *c, size_t ldc, const float *a, size_t lda, bool trans_a, const float *b,
                 size_t ldb, bool trans_b, size_t m, size_t n, size_t k, float alpha, float beta)
{
    cblas_sgemm(CblasRowMajor, transposed(trans_a), transposed(trans_b), as_int(m), as_int(n),
                as_int(k), alpha, a, as_int(lda), b, as_int(ldb), beta, c, as_int(ldc));
}

/* BLAS wants the sizes of the matrix as it is stored. */
void linalg_gemv(float *y, const float *a, size_t lda, bool trans_a, const float *x, size_t m,
                 size_t n, float alpha, float beta)
{
    cblas_sgemv(CblasRowMajor, transposed(trans_a), as_int(trans_a ? n : m),
                as_int(trans_a ? m : n), alpha, a, as_int(lda), x, 1, beta, y, 1);
}

float linalg_dot(const float *x, const float *y, size_t n)
{
    return cblas_sdot(as_int(n), x, 1, y, 1);
}

void linalg_dgemm(double *c, size_t ldc, const double *a, size_t lda, bool trans_a, const double *b,
                  size_t ldb, bool trans_b, size_t m, size_t n, size_t k, double alpha, double beta)
{
    cblas_dgemm(CblasRowMajor, transposed(trans_a), transposed(trans_b), as_int(m), as_int(n),
                as_int(k), alpha, a, as_int(lda), b, as_int(ldb), beta, c, as_int(ldc));
}

void linalg_dgemv(double *y, const double *a, size_t lda, bool trans_a, const double *x, size_t m,
                  size_t n, double alpha, double beta)
{
    cblas_dgemv(CblasRowMajor, transposed(trans_a), as_int(trans_a ? n : m),
                as_int(trans_a ? m : n), alpha, a, as_int(lda), x, 1, beta, y, 1);
}

double linalg_ddot(const double *x, const double *y, size_t n)
{
    return cblas_ddot(as_int(n), x, 1, y, 1);
}

void linalg_daxpy(double *y, double alpha, const double *x, size_t n)
{
    cblas_daxpy(as_int(n), alpha, x, 1, y, 1);
}

void linalg_dsyrk(double *c, size_t ldc, const double *a, size_t lda, size_t n, size_t k,
                  double alpha, double beta)
{
    cblas_dsyrk(CblasRowMajor, CblasLower, CblasTrans, as_int(n), as_int(k), alpha, a, as_int(lda),
                beta, c, as_int(ldc));
}

/*
 * LAPACK, of which OpenBLAS has its own: a row-major lower triangle is its upper one, by columns.
 */
int linalg_cholesky(double *a, size_t lda, size_t n, size_t *ret_row)
{
    char upper[] = "U";
    blasint order = as_int(n), step = as_int(lda), info;
    dpotrf_(upper, &order, a, &step, &info);
    REQUIRE(info >= 0);
    if (info == 0)
        return 0;
    *ret_row = (size_t)info - 1;
    return -1;
}

/* The rows of B are the columns of what LAPACK sees. */
void linalg_cholesky_solve(const double *l, size_t ldl, size_t n, double *b, size_t ldb,
                           size_t count)
{
    char upper[] = "U";
    blasint order = as_int(n), columns = as_int(count), step = as_int(ldl), step_b = as_int(ldb),
            info;
    dpotrs_(upper, &order, &columns, (double *)l, &step, b, &step_b, &info);
    REQUIRE(info == 0);
}

/* A's rows are columns to LAPACK, which finds Q R of them. */
void linalg_lq(double *a, size_t lda, size_t n)
{
    enum { BLOCK = 64 };
    const blasint order = as_int(n), step = as_int(lda), size = as_int(mem_size(n, BLOCK));
    blasint info;
    double *factors, *work;
    if (n == 0)
        return; /* LAPACK wants some room to work in all the same */
    MEM_NEW(factors, n);
    MEM_NEW(work, (size_t)size);
    dgeqrf_(&order, &order, a, &step, factors, work, &size, &info);
    REQUIRE(info == 0);
    MEM_FREE(factors, work);
}

void linalg_lower_invert(double *l, size_t ldl, size_t n)
{
    char upper[] = "U", diagonal[] = "N";
    blasint order = as_int(n), step = as_int(ldl), info;
    dtrtri_(upper, diagonal, &order, l, &step, &info);
    REQUIRE(info == 0);
}

void linalg_lower_product(const double *l, size_t ldl, size_t n, double *b, size_t ldb,
                          size_t count)
{
    cblas_dtrmm(CblasRowMajor, CblasRight, CblasLower, CblasTrans, CblasNonUnit, as_int(count),
                as_int(n), 1, l, as_int(ldl), b, as_int(ldb));
}

/* The columns that LAPACK makes of A are rows. */
void linalg_eigenvectors(double *a, size_t lda, size_t n, double *ret_values)
{
    const blasint order = as_int(n), step = as_int(lda), size = as_int(3 * n);
    blasint info;
    double *work;
    MEM_NEW(work, (size_t)size);
    dsyev_("V", "U", &order, a, &step, ret_values, work, &size, &info);
    REQUIRE(info == 0);
    mem_free(work);
}

const char *linalg_core(void)
{
    return openblas_get_corename();
}

const char *linalg_version(void)
{
    return openblas_get_config();
}

/* With how many OpenBLAS begins: as many as may run at once, or fewer if it is told so. */
static int first_threads(char *const *environment)
{
    static const char *const names[] = {
        "OPENBLAS_NUM_THREADS=", "GOTO_NUM_THREADS=", "OMP_NUM_THREADS="};
    cpu_set_t set;
    const int most = sched_getaffinity(0, sizeof set, &set) ? 1 : CPU_COUNT(&set);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (char *const *entry = environment; *entry; entry++) {
            const size_t length = strlen(names[i]);
            int64_t told;
            if (strncmp(*entry, names[i], length) == 0 && str_parse_int(*entry + length, &told) &&
                told > 0)
                return told < most ? (int)told : most;
        }
    return most;
}

int linalg_may_start(char *const *environment, struct err *err)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) || limit.rlim_cur == RLIM_INFINITY)
        return 0;
    const int threads = first_threads(environment), mebibytes = threads * BUFFER_MIB;
    const size_t bytes = (size_t)mebibytes << 20;
    void *there = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (there == MAP_FAILED)
        return err_set(err,
                       "the limit of %llu KiB on the address space (ulimit -v) leaves no %d MiB "
                       "for BLAS%s: raise it, or lift it with ulimit -v unlimited",
                       (unsigned long long)limit.rlim_cur >> 10, mebibytes,
                       threads > 1 ? "'s threads (OPENBLAS_NUM_THREADS=1 needs the least)" : "");
    munmap(there, bytes);
    return 0;
}

int linalg_threads(void)
{
    return openblas_get_num_threads();
}

void linalg_set_threads(int threads)
{
    REQUIRE(threads >= 1);
    openblas_set_num_threads(threads);
}
