/*
 * loss: softmax cross-entropy of the logits z of one sample with label y among C classes:
 *
 *     l        = log sum_k exp(z_k) - z_y                      what pruners see
 *     smoothed = (1 - s) l + s / C sum_k (log sum exp - z_k)   what is minimised (Szegedy et al.
 *                                                              2016, in PyTorch's convention)
 *     dz_k     = weight / n (p_k - (1 - s) [k = y] - s / C)
 *
 * The highest logit is subtracted before exp, so that nothing overflows. The few numbers of a row
 * are worked on in double: it costs nothing beside the network, and the gradient check needs it.
 */
#include "models/nn/net.h"

#include <math.h>

struct nn_row_loss nn_row_loss(float *dz, const float *z, size_t classes, size_t label,
                               double smoothing, double share)
{
    double highest = (double)z[0], sum = 0, total = 0;
    for (size_t k = 1; k < classes; k++)
        highest = (double)z[k] > highest ? (double)z[k] : highest;
    for (size_t k = 0; k < classes; k++) {
        sum += exp((double)z[k] - highest);
        total += (double)z[k] - highest;
    }
    const double spread = smoothing / (double)classes;
    for (size_t k = 0; k < classes && dz; k++) {
        const double wanted = spread + (k == label ? 1 - smoothing : 0);
        dz[k] = (float)(share * (exp((double)z[k] - highest) / sum - wanted));
    }
    const double plain = log(sum) - ((double)z[label] - highest);
    return (struct nn_row_loss){
        .plain = plain,
        .smoothed = (1 - smoothing) * plain + smoothing * log(sum) - spread * total,
    };
}
