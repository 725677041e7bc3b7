#include "harness/train/quality.h"

#include "harness/train/observe.h"

#include <math.h>

/* The highest of the softmax. */
static double confidence(const float *logits, size_t classes, size_t top)
{
    double sum = 0;
    for (size_t c = 0; c < classes; c++)
        sum += exp((double)logits[c] - (double)logits[top]);
    return 1 / sum;
}

/* Bin m of M has ((m - 1) / M, m / M]; NAN is in the first, and makes its sum NAN. */
static size_t bin_of(double confidence)
{
    return confidence > 0 ? (size_t)ceil(confidence * QUALITY_BINS) - 1 : 0;
}

void quality_add(struct quality_sums *sums, const float *logits, size_t classes,
                 const uint8_t *labels, const float *losses, size_t rows)
{
    for (size_t row = 0; row < rows; row++, logits += classes) {
        const size_t top = observe_argmax(logits, classes), label = labels[row];
        const double sure = confidence(logits, classes, top);
        sums->n[label]++;
        sums->correct[label] += top == label;
        sums->loss += (double)losses[row];
        sums->excess[bin_of(sure)] += sure - (top == label);
    }
}

struct quality quality_of(const struct quality_sums *sums)
{
    size_t n = 0, correct = 0;
    double worst = (double)NAN, excess = 0;
    for (size_t k = 0; k < DATA_MAX_CLASSES; k++) {
        n += sums->n[k];
        correct += sums->correct[k];
        worst = fmin(worst, (double)sums->correct[k] / (double)sums->n[k]);
    }
    for (size_t bin = 0; bin < QUALITY_BINS; bin++)
        excess += fabs(sums->excess[bin]);
    return (struct quality){
        .accuracy = (double)correct / (double)n,
        .loss = sums->loss / (double)n,
        .worst_class = worst,
        .calibration_error = excess / (double)n,
        .tta_accuracy = (double)NAN,
    };
}
