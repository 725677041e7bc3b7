/*
 * synthetic: the options of the made-up dataset (synthetic.c).
 */
#ifndef WINNOW_DATA_SYNTHETIC_H
#define WINNOW_DATA_SYNTHETIC_H

#include "harness/data/data.h"

struct synthetic_options {
    struct data_spec common;
    int classes;
    int samples;       /* training samples; a fifth as many for the test */
    double separation; /* distance of two class means in standard deviations */
    int size;          /* index into 8, 16, 32: the picture's side */
};

#endif
