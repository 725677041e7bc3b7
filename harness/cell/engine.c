#include "harness/cell/engine.h"

static const char *conv_choice(size_t i)
{
    return i ? nn_conv_name(i - 1) : "auto";
}

const struct option engine_options[] = {
    OPTION_NAME(struct engine, conv, "auto", conv_choice,
                "convolutions: the fastest, or this one where it can"),
    OPTION_INT(struct engine, threads, "1", 1, ENGINE_MAX_THREADS, "that one cell computes with"),
    OPTION_END,
};

struct nn_engine engine_setting(const struct engine *engine, const struct recipe *recipe)
{
    return (struct nn_engine){
        .precision = (enum nn_type)recipe->precision,
        .threads = engine->threads,
        .conv = engine->conv ? nn_conv_name((size_t)engine->conv - 1) : NULL,
    };
}

int engine_room(int cores, int threads)
{
    return cores > threads ? cores / threads : 1;
}
