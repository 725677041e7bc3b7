/*
 * gelu and silu: a value times the share of it that passes, which is smooth:
 *
 *     gelu(x) = x P(x)    P: the normal distribution (Hendrycks & Gimpel 2016), not its tanh form
 *     silu(x) = x s(x)    s(x) = 1 / (1 + exp(-x)) (Elfwing et al. 2018)
 *     gelu'   = P + x p,  p = exp(-x^2 / 2) / sqrt(2 pi)          silu' = s (1 + x (1 - s))
 *
 * Neither rises everywhere, so backward reads the input. Both types of numbers; NaN stays NaN.
 *
 * One exp serves each: of -a <= 0, as 2^k times a series in what is left, |r| <= ln 2 / 2, whose
 * first term left out is r^8 / 8! < 6e-9. And 1 - P(a), a >= 0, is exp(-a^2 / 2) times a polynomial
 * in t = 1 / (1 + a / 4), fitted to it at 400 Chebyshev nodes of t by relative least squares: at
 * most 4e-8 off, 3e-7 in floats.
 *
 * Cost: some 30 operations a value, in vectors; half of it is a pass over memory.
 */
#include "models/nn/ops/activation.h"

enum curve { GELU, SILU };

static const double INVERSE_SQRT_2PI = 0.39894228040143267794;

/* exp(-a), a >= 0. From 87 on, where it is hardly a normal number any more, 0; NaN likewise. */
NN_INLINE nn_v16 exp_minus(nn_v16 a)
{
    const uint32_t most = 0x42ae0000; /* 87 */
    const nn_u16x32 counts = nn_below((nn_u16x32)a, most);
    a = nn_keep_where(a, counts);
    const float magic = 0x1.8p23F; /* what is added to it becomes a whole number in its low bits */
    const nn_v16 shifted = magic - a * 0x1.715476p0F, k = shifted - magic;
    const nn_v16 r = (-a - k * 0x1.62e4p-1F) - k * 0x1.7f7d1cp-20F; /* ln 2 in two parts */
    nn_v16 sum = r * (1 / 5040.0F) + 1 / 720.0F;
    sum = sum * r + 1 / 120.0F;
    sum = sum * r + 1 / 24.0F;
    sum = sum * r + 1 / 6.0F;
    sum = sum * r + 0.5F;
    sum = sum * r + 1;
    sum = sum * r + 1;
    const nn_v16 power = (nn_v16)((nn_u16x32)sum + ((nn_u16x32)shifted << 23)); /* times 2^k */
    return nn_keep_where(power, counts);
}

/* exp(a^2 / 2) (1 - P(a)), a >= 0 */
NN_INLINE nn_v16 tail(nn_v16 a)
{
    static const float factors[] = {0.0997355662F,  0.0997365406F, 0.0934627695F,  0.0816474338F,
                                    0.058706445F,   0.0645978019F, -0.0334562464F, 0.0975320606F,
                                    -0.0820254752F, 0.0200631084F};
    enum { COUNT = sizeof factors / sizeof *factors };
    const nn_v16 t = 1 / (1 + 0.25F * a);
    nn_v16 sum = factors[COUNT - 1] * t;
    for (int i = COUNT - 2; i >= 0; i--)
        sum = (sum + factors[i]) * t;
    return sum;
}

/* The value, or the slope, of the curve at x. */
NN_INLINE nn_v16 at(enum curve curve, bool slope, nn_v16 x)
{
    const nn_u16x32 bits = (nn_u16x32)x, negative = nn_top_bit(bits);
    const nn_v16 a = (nn_v16)(bits & 0x7fffffff);
    nn_v16 rest, most, density; /* rest: the share that -a passes; most: a's */
    if (curve == GELU) {
        const nn_v16 e = exp_minus(a * a * 0.5F);
        rest = e * tail(a);
        most = 1 - rest;
        density = e * (float)INVERSE_SQRT_2PI;
    } else {
        const nn_v16 e = exp_minus(a);
        most = 1 / (1 + e);
        rest = e * most;
        density = rest * most;
    }
    const nn_v16 share = (nn_v16)nn_select(negative, (nn_u16x32)rest, (nn_u16x32)most);
    return slope ? (nn_v16)(share + x * density) : (nn_v16)(x * share);
}

NN_INLINE void forward_body(enum curve curve, void *y, const void *x, size_t n, enum nn_type in,
                            enum nn_type out)
{
    for (size_t i = 0; i < n; i += NN_LANES)
        nn_store_some(y, i, out, at(curve, false, nn_load_some(x, i, in, nn_some(i, n))),
                      nn_some(i, n));
}

NN_INLINE void backward_body(enum curve curve, void *dx, const void *dy, const void *x, size_t n,
                             bool add, enum nn_type in, enum nn_type out)
{
    for (size_t i = 0; i < n; i += NN_LANES) {
        nn_v16 value = at(curve, true, nn_load_some(x, i, in, nn_some(i, n))) *
                       nn_load_some(dy, i, out, nn_some(i, n));
        if (add)
            value += nn_load_some(dx, i, in, nn_some(i, n));
        nn_store_some(dx, i, in, value, nn_some(i, n));
    }
}

/* One op. share and density: of the definition, of x in double. */
#define CURVE(id, curve, share, density)                                                           \
    NN_INLINE void id##_forward_body(void *y, const void *x, size_t n, enum nn_type in,            \
                                     enum nn_type out)                                             \
    {                                                                                              \
        forward_body(curve, y, x, n, in, out);                                                     \
    }                                                                                              \
    NN_INLINE void id##_backward_body(void *dx, const void *dy, const void *x, size_t n, bool add, \
                                      enum nn_type in, enum nn_type out)                           \
    {                                                                                              \
        backward_body(curve, dx, dy, x, n, add, in, out);                                          \
    }                                                                                              \
    TYPED_ACTIVATION(id, call->x[0])                                                               \
    ACTIVATION(id, NN_READS_INPUT | NN_TYPED, x * (share), (share) + x * (density))

CURVE(gelu, GELU, erfc(-x / sqrt(2)) / 2, exp(-x *x / 2) * INVERSE_SQRT_2PI)
CURVE(silu, SILU, 1 / (1 + exp(-x)), exp(-x) / pow(1 + exp(-x), 2))
