#include "base/linalg.h"

#include "base/err.h"

#include <cblas.h>
#include <lapacke.h>
#include <limits.h>

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

/* A row-major lower triangle is a column-major upper one: no copy is made that way round. */
int linalg_cholesky(double *a, size_t lda, size_t n, size_t *ret_row)
{
    const lapack_int info = LAPACKE_dpotrf(LAPACK_COL_MAJOR, 'U', as_int(n), a, as_int(lda));
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
    const lapack_int info = LAPACKE_dpotrs(LAPACK_COL_MAJOR, 'U', as_int(n), as_int(count), l,
                                           as_int(ldl), b, as_int(ldb));
    REQUIRE(info == 0);
}

const char *linalg_core(void)
{
    return openblas_get_corename();
}

const char *linalg_version(void)
{
    return openblas_get_config();
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
