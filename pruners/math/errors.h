/*
 * errors: the error vector p - e_y of a sample, which is the gradient of its cross-entropy in the
 * logits, for pruners that measure it. p = softmax, e = one-hot label.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* One look at the last layer, where sample i has the gradient (p_i - e_yi) (x) [phi_i ; 1]; the
   arrays are borrowed. */
struct last_layer {
    size_t n, classes, feature_count;
    const uint16_t *labels;     /* [n] */
    const float *probabilities; /* [n][classes] p */
    const float *features;      /* [n][feature_count] phi */
};

/* || p - e_label ||^2; p[classes]. */
double errors_squares(const float *p, size_t label, size_t classes);
/* || [phi ; 1] ||^2; phi[width]. The last layer's gradient (p - e) (x) [phi ; 1] has the squared
 * norm errors_squares * errors_input_squares. */
double errors_input_squares(const float *phi, size_t width);
