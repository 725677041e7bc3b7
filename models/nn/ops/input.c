/* input: the network's own input. It reads no node, and there is nothing to compute. */
#include "models/nn/op.h"

const struct nn_op input_op = {
    .name = "input",
};
