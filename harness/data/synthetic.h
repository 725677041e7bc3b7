/*
 * synthetic: the options of the made-up dataset (synthetic.c).
 */
#pragma once

#include "harness/data/data.h"

struct synthetic_options {
    struct data_spec common;
    int classes;
    int samples;       /* training samples; a fifth as many for the test */
    double separation; /* distance of two class means in standard deviations */
    int size;          /* index into 8, 16, 32: the picture's side */
};
