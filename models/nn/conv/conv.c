#include "models/nn/conv/conv.h"

#include "base/err.h"

#include <string.h>

#define CONV(name) extern const struct conv_impl name##_conv;
#include "models/nn/conv/convs.def"
#undef CONV

static const struct conv_impl *const registry[] = {
#define CONV(name) &name##_conv,
#include "models/nn/conv/convs.def"
#undef CONV
    NULL,
};

const struct conv_impl *conv_impl_at(size_t i)
{
    return registry[i];
}

const struct conv_impl *conv_impl_find(const char *name)
{
    for (size_t i = 0; registry[i]; i++)
        if (!strcmp(registry[i]->name, name))
            return registry[i];
    return NULL;
}

bool conv_accepts(const struct conv_impl *impl, const struct conv *conv,
                  enum conv_direction direction)
{
    return !impl->missing && (!impl->accepts || impl->accepts(conv, direction));
}

/* Opened, or with impl NULL where that is impossible. */
static struct conv_choice try(const struct conv_impl *impl, const struct conv *conv,
                              enum conv_direction direction)
{
    struct conv_choice choice = {0};
    if (!conv_accepts(impl, conv, direction))
        return choice;
    if (impl->open)
        choice.state = impl->open(conv, direction);
    if (!impl->open || choice.state)
        choice.impl = impl;
    return choice;
}

/* The fastest of those that accept and are not tried yet; NULL: no more. */
static const struct conv_impl *next_best(const struct conv *conv, enum conv_direction direction,
                                         const bool *tried)
{
    const struct conv_impl *best = NULL;
    double best_speed = 0;
    for (size_t i = 0; registry[i]; i++) {
        if (tried[i] || !conv_accepts(registry[i], conv, direction))
            continue;
        const double speed = registry[i]->speed(conv, direction);
        if (!best || speed > best_speed) {
            best = registry[i];
            best_speed = speed;
        }
    }
    return best;
}

struct conv_choice conv_choose(const struct conv *conv, enum conv_direction direction,
                               const struct conv_impl *forced)
{
    bool tried[sizeof registry / sizeof *registry] = {false};
    const struct conv_impl *impl = forced ? forced : next_best(conv, direction, tried);
    while (impl) {
        const struct conv_choice choice = try(impl, conv, direction);
        if (choice.impl)
            return choice;
        for (size_t i = 0; registry[i]; i++)
            tried[i] |= registry[i] == impl;
        impl = next_best(conv, direction, tried);
    }
    DIE("bug: no implementation for a convolution");
}

void conv_choice_release(struct conv_choice *choice)
{
    if (choice->impl && choice->impl->close)
        choice->impl->close(choice->state);
    *choice = (struct conv_choice){0};
}

size_t conv_scratch(const struct conv *conv, enum conv_direction direction,
                    const struct conv_choice *choice)
{
    return choice->impl->scratch ? choice->impl->scratch(conv, direction, choice->state) : 0;
}

int conv_rows(const struct conv *conv, const struct conv_choice *choice, int n)
{
    return choice->impl->rows ? choice->impl->rows(conv, choice->state, n) : n;
}

const char *conv_detail(const struct conv *conv, enum conv_direction direction,
                        const struct conv_choice *choice)
{
    return choice->impl->detail ? choice->impl->detail(conv, direction, choice->state)
                                : choice->impl->name;
}

double conv_flops(const struct conv *conv)
{
    return 2.0 * conv->kernel * conv->kernel * conv->in.c * conv->out.h * conv->out.w * conv->out.c;
}
