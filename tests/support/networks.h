/*
 * networks: small networks and made-up data for tests.
 */
#pragma once

#include "models/model.h"

/* values[n] from a standard normal distribution; one stream, one set of values. */
void test_fill_normal(float *values, size_t n, uint32_t stream);
/* labels[i] = i mod classes */
void test_fill_labels(uint16_t *labels, size_t n, int classes);

/* The model with its default options, not planned yet, or NULL where the input does not suit it. */
struct nn_net *test_build(const struct model *model, struct nn_shape input, int classes);

/* As nn_net_init, but with weights from a uniform distribution of the same spread: a large network
   has them in a tenth of the time. */
void test_init(struct nn_net *net, uint64_t seed);

/* Leaves the gradients of one step in training mode; returns its loss. */
double test_gradients(struct nn_net *net, int n, const uint16_t *labels, uint32_t step);
/* That, and a step of plain gradient descent with lr 0.01. */
double test_step(struct nn_net *net, int n, const uint16_t *labels, uint32_t step);

/* max |a - b| / max(1, max |b|) */
double test_distance(const float *a, const float *b, size_t n);
