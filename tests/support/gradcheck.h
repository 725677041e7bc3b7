/*
 * gradcheck: does backward compute what forward implies?
 *
 * Compares the analytic gradient with central differences along random directions and at single
 * parameters and inputs:
 *
 *     (L(w + h d) - L(w - h d)) / 2h   against   g . d
 */
#pragma once

#include "models/nn/nn.h"

struct gradcheck {
    double worst; /* largest relative error found */
    size_t checked;
    int worst_block; /* parameter block, or -1: the input */
};

/*
 * net: planned and initialised, its input buffer filled with n samples. Parameters and input are
 * restored, the gradients end as zeros; running statistics are not restored. Works in training
 * mode, frozen or not (nn_mode), so every op's backward is covered. Parameters that are not trained
 * in the first epoch have no gradient and are left out.
 */
struct gradcheck nn_gradcheck(struct nn_net *net, int n, const uint16_t *labels, uint64_t seed,
                              bool frozen);
