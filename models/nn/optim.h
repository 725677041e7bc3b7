/*
 * optim: optimisers, lookahead, learning-rate schedules.
 *
 * sgd, stochastic gradient descent:
 *
 *     d <- g + weight_decay * w;  v <- momentum * v + d;
 *     w <- w - lr * (nesterov ? d + momentum * v : v)
 *
 * (PyTorch's form: the first v is d, no dampening, weight decay on every parameter.) Where a model
 * wants other learning rates or decay for some parameters (nn_training), lr is lr times theirs, and
 * weight_decay is divided by that factor again: a step decays by lr * weight_decay * their factor.
 * What is not trained in an epoch stays as it is, velocity too.
 *
 * adamw (Loshchilov & Hutter, ICLR 2019), after t steps, with momentum as its beta1:
 *
 *     w <- w - lr * weight_decay * w
 *     m <- momentum m + (1 - momentum) g;  v <- beta2 v + (1 - beta2) g^2
 *     w <- w - lr * (m / (1 - momentum^t)) / (sqrt(v / (1 - beta2^t)) + epsilon)
 *
 * lars (You, Gitman & Ginsburg 2017, arXiv 1708.03888): sgd with d times, for the weights and the
 * biases of each layer apart, trust |w| / (|g| + weight_decay |w|), or 1 where |w| or |g| is 0. As
 * in sgd the learning rate stands before v; in the paper it is inside, which is the same while it
 * is constant.
 *
 * Lookahead (Zhang et al., NeurIPS 2019) goes back half-way, so to speak, every few steps: of all
 * parameters and running statistics w there is an average a, which starts as the initial ones, and
 *
 *     a <- d a + (1 - d) w;  w <- a          d = decay * share^power of the training that is done
 *
 * after every so many steps; after the last one w <- a. Zhang et al. have a d that stays as it is
 * (power 0), Jordan 2024 (arXiv 2404.00498) one that rises to .95^5 with power 3.
 *
 * Schedules are functions of the position in epochs, never of a step count: a run with fewer
 * samples an epoch sees the same learning rate at the same epoch. Shares are of the epochs that
 * follow the warm-up.
 */
#pragma once

#include "models/nn/nn.h"

enum optimizer_kind { OPTIMIZER_SGD, OPTIMIZER_ADAMW, OPTIMIZER_LARS };
extern const char *const optimizer_names[]; /* "sgd", "adamw", "lars", NULL */

struct optimizer_setting {
    enum optimizer_kind kind;
    double beta2, epsilon; /* adamw */
    double trust;          /* lars */
    double momentum, weight_decay;
    bool nesterov; /* not of adamw */
    struct lookahead {
        int every; /* steps; 0: none */
        double decay, power;
    } lookahead;
};

struct optimizer {
    struct optimizer_setting setting;
    /* One behind the other, neighbours that are alike put together, but for lars. */
    struct nn_group *groups; /* [group_count] */
    double *ratios;          /* [group_count] lars: what its d is multiplied by in this step */
    int group_count;
    size_t count; /* parameters */
    /* All that it knows of the steps so far, for a checkpoint. */
    int64_t steps;
    /* [state_count] velocity [count], or adamw's m and v; then lookahead's averages, as in the
       network */
    float *state;
    size_t state_count;
};

/* The state_count of a network with so many parameters and running statistics. */
size_t optimizer_state_count(const struct optimizer_setting *setting, size_t params,
                             size_t buffers);
/* For the parameters of a network. */
void optimizer_init(struct optimizer *optimizer, const struct optimizer_setting *setting,
                    const struct nn_net *net);
void optimizer_release(struct optimizer *optimizer); /* also of a zeroed one */
/*
 * A step of that network by its gradients, in its threads. They are 0 afterwards, for the next
 * backward pass to add to: that costs nothing here, and a pass over memory elsewhere.
 */
void optimizer_step(struct optimizer *optimizer, struct nn_net *net, double lr, int epoch);
/* Before the first forward pass of a training, which moves running statistics: lookahead's averages
   start as the network is. Later it does nothing. */
void optimizer_begin(struct optimizer *optimizer, struct nn_net *net);
/*
 * After each step: lookahead, where it is asked for and due. share: of the whole training, that is
 * done now. And after the last.
 */
void optimizer_look_ahead(struct optimizer *optimizer, struct nn_net *net, double share);
void optimizer_settle(struct optimizer *optimizer, struct nn_net *net);

enum schedule_kind {
    SCHEDULE_CONSTANT,
    SCHEDULE_STEP,
    SCHEDULE_COSINE,
    SCHEDULE_ONE_CYCLE,
    SCHEDULE_TRIANGLE,
    SCHEDULE_MILESTONES,
};
extern const char *const schedule_names[]; /* "constant", "step", ..., NULL */

struct schedule {
    enum schedule_kind kind;
    double lr;     /* the peak */
    double warmup; /* epochs of linear rise from 0 before the schedule starts, if it has no rise */
    double step_every;  /* step: share of the epochs after which lr falls, e.g. 0.3 */
    double step_factor; /* step, milestones: by what it is multiplied */
    /* milestones: the epochs of a training of milestones_of at which lr falls, rising; warm-up is
       counted in. A shorter training has them as much sooner. */
    const double *milestones; /* [milestone_count] */
    int milestone_count;
    double milestones_of;
    double cycle_rise; /* one-cycle: share of the epochs spent rising; Smith & Topin 2018 */
    /* triangle: of the peak, where it starts and ends; the share of the epochs spent rising */
    double triangle_start, triangle_end, triangle_rise;
};

/* Whether a schedule rises to the peak by itself: it takes no warm-up. */
bool schedule_rises(enum schedule_kind kind);

/*
 * Learning rate at `epoch` (fractional: epoch 2, half through, is 2.5) of a training of `epochs`.
 * cosine ends at 0 (Loshchilov & Hutter 2017); one-cycle: lr/25 -> lr -> lr/1e4, cosine both ways;
 * triangle: start lr -> lr -> end lr, linear both ways (Jordan 2024, arXiv 2404.00498).
 */
double schedule_lr(const struct schedule *schedule, double epoch, double epochs);
