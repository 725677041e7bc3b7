/*
 * alter: training sets made worse on purpose: long-tailed classes, wrong labels, bad pictures.
 *
 * Imbalance (Cui, Jia, Lin, Song & Belongie, CVPR 2019): class c of C keeps
 *
 *     n_c = round(n_max imbalance^(-c / (C - 1)))
 *
 * samples, or all it has where that are fewer; n_max is the size of the largest class. imbalance is
 * thus how many times larger the first class is than the last. Example: 100 a class, C = 3,
 * imbalance 100: 100, 10, 1.
 *
 * Noise: exactly round(noise n) samples get a wrong label, each class its share of them (largest
 * remainder, our choice), so that noise is the probability of a wrong label in every class.
 *
 *     symmetric   any other class, each with the same probability
 *     pair        y + 1, the last class gets 0 (Han et al., NeurIPS 2018)
 *
 * Pictures: exactly round(share n) samples, drawn likewise, are made worse; their labels stay.
 *
 *     noise       corrupt.h's, s = .2: twice that of its worst test pictures
 *     blur        likewise, s = 1.5
 *     occlusion   a square of half the shorter side, at a place drawn uniformly, is black
 *
 * Common random numbers: at one seed a stronger imbalance keeps part of what a weaker one keeps,
 * and a sample that is wrong under both of two symmetric noises has the same wrong label. Where
 * classes are of equal size, more noise flips all that less noise flips.
 */
#pragma once

#include "harness/data/data.h"

#include <stdbool.h>

/*
 * ret_kept[split->n]: true for the samples that stay. imbalance >= 1. An error where one class is
 * all there is, or where a class that has samples would lose them all.
 */
int alter_imbalance(const struct split *split, int classes, double imbalance, uint64_t seed,
                    bool *ret_kept, struct err *err);
/*
 * Changes split->labels and records it in split->flipped and flipped_count, which must be empty;
 * does nothing with noise 0. An error where there is no other class.
 */
int alter_labels(struct split *split, int classes, double noise, enum noise_kind kind,
                 uint64_t seed, struct err *err);
/* Changes data->train.pixels, and records it in train.corrupted and corrupted_count, which must be
 * empty; does nothing with share 0. */
void alter_pictures(struct dataset *data, double share, enum corrupt_kind kind, uint64_t seed);
