/*
 * quality: how good a network is on a split, from its logits, batch by batch.
 *
 *     struct quality_sums sums = {0};
 *     for each batch: quality_add(&sums, logits, classes, labels, losses, rows);
 *     const struct quality test = quality_of(&sums);
 */
#pragma once

#include "harness/data/data.h"

/* All NAN where there was no sample. */
struct quality {
    double accuracy; /* share of the samples that are classified correctly */
    /* Their mean cross-entropy, never smoothed or weighted: the negative log-likelihood in nats. */
    double loss;
    /* The least of the classes' accuracies, of those that the split has: what is lost by pruning is
       lost by some classes before others (Sagawa et al., ICLR 2020: worst-group accuracy). */
    double worst_class;
    double class_sd; /* standard deviation of the classes' accuracies, of those same classes */
    /* Expected calibration error (Guo et al., ICML 2017): samples are put into bins of equal width
       by their confidence, the highest probability; the mean over the bins, weighted by their
       samples, of | accuracy - mean confidence |. NAN also where a logit is. */
    double calibration_error;
    double tta_accuracy; /* by several views of each sample (trainer_test); NAN: not asked for */
};

enum { QUALITY_BINS = 15 /* as in the paper */ };

/* Zeroed to begin with. */
struct quality_sums {
    int64_t n[DATA_MAX_CLASSES];       /* samples of each class, */
    int64_t correct[DATA_MAX_CLASSES]; /* and those of them that were classified correctly */
    double loss;                       /* of all, summed */
    double excess[QUALITY_BINS];       /* of each bin's: confidence - correct (1 or 0), summed */
};

/* logits [rows][classes], labels [rows], losses [rows]. */
void quality_add(struct quality_sums *sums, const float *logits, size_t classes,
                 const uint16_t *labels, const float *losses, size_t rows);
struct quality quality_of(const struct quality_sums *sums);
