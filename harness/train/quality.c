#include "harness/train/quality.h"

#include "harness/train/observe.h"

#include <math.h>

void quality_add(struct quality_sums *sums, const float *logits, size_t classes,
                 const uint8_t *labels, const float *losses, size_t rows)
{
    for (size_t row = 0; row < rows; row++, logits += classes) {
        const uint8_t label = labels[row];
        sums->n[label]++;
        sums->correct[label] += observe_argmax(logits, classes) == label;
        sums->loss += (double)losses[row];
    }
}

struct quality quality_of(const struct quality_sums *sums)
{
    size_t n = 0, correct = 0;
    double worst = (double)NAN;
    for (size_t k = 0; k < DATA_MAX_CLASSES; k++) {
        n += sums->n[k];
        correct += sums->correct[k];
        worst = fmin(worst, (double)sums->correct[k] / (double)sums->n[k]);
    }
    return (struct quality){
        .accuracy = (double)correct / (double)n,
        .loss = sums->loss / (double)n,
        .worst_class = worst,
    };
}
