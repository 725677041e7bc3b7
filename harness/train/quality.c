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
                 const uint16_t *labels, const float *losses, size_t rows)
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

/* The classes are all there is, not a sample of them: divided by their number. */
static double class_sd(const struct quality_sums *sums)
{
    double mean = 0, square = 0;
    size_t classes = 0;
    for (size_t k = 0; k < DATA_MAX_CLASSES; k++)
        if (sums->n[k]) {
            const double accuracy = (double)sums->correct[k] / (double)sums->n[k],
                         from_mean = accuracy - mean;
            mean += from_mean / (double)++classes;
            square += from_mean * (accuracy - mean);
        }
    return sqrt(square / (double)classes);
}

struct quality quality_of(const struct quality_sums *sums)
{
    int64_t n = 0, correct = 0;
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
        .class_sd = class_sd(sums),
        .calibration_error = excess / (double)n,
        .tta_accuracy = (double)NAN,
    };
}
