/*
 * residual: what the residual networks have in common. Private to models.
 *
 *     stem -> stages of blocks -> global average pooling -> linear
 *
 * The first block of every stage but the first has stride 2, and every stage is twice as wide as
 * the one before. A network says what a block is:
 *
 *     static int basic_block(struct nn_net *net, int x, int width, int stride)
 *     {
 *         return residual_join(net, residual_basic(net, x, width, stride), x, stride);
 *     }
 *
 *     residual_build(net, &(struct residual){16, {3, 3, 3}, basic_block}, options, classes);
 */
#pragma once

#include "models/model.h"

enum { RESIDUAL_MAX_STAGES = 4 };

struct residual {
    int width;                       /* channels of the first stage */
    int blocks[RESIDUAL_MAX_STAGES]; /* of each stage; 0 after the last */
    /* MUST. Adds a block after x; returns its output, `stride` times smaller than x. */
    int (*block)(struct nn_net *net, int x, int width, int stride);
};

/* The network: a stem of conv 3x3, norm, relu (no pooling, as for small pictures), the rest. */
void residual_build(struct nn_net *net, const struct residual *residual,
                    const struct model_common *options, int classes);
/* The stages alone. */
int residual_stages(struct nn_net *net, int x, const struct residual *residual);

/* A convolution without bias that keeps the picture's size, but for the stride. */
int residual_conv(struct nn_net *net, int x, int out, int kernel, int stride);
/* That, and a batch norm. */
int residual_conv_norm(struct nn_net *net, int x, int out, int kernel, int stride);
/* Whether a block of that width and stride gives pictures of x's shape: no shortcut is needed. */
bool residual_same(const struct nn_net *net, int x, int out, int stride);
/* A basic block before its addition: conv 3x3, norm, relu, conv 3x3, norm. */
int residual_basic(struct nn_net *net, int x, int out, int stride);
/* relu(y + x); where the shapes differ x goes through a 1 x 1 convolution and a norm first. */
int residual_join(struct nn_net *net, int y, int x, int stride);
