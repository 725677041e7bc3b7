#include "harness/train/observe.h"

#include "base/mem.h"
#include "base/num.h"

#include <string.h>

void observer_init(struct observer *observer, unsigned needs, size_t n, size_t classes,
                   size_t feature_count, const uint16_t *labels)
{
    *observer = (struct observer){.needs = needs,
                                  .n = n,
                                  .classes = classes,
                                  .feature_count = feature_count,
                                  .labels = labels};
    MEM_NEW(observer->seen, n);
    if (needs & NEEDS_LOSSES)
        MEM_NEW(observer->losses, n);
    if (needs & NEEDS_BATCH_LOSSES)
        MEM_NEW(observer->batch_losses, n);
    if (needs & NEEDS_PROBABILITIES)
        MEM_NEW(observer->probabilities, mem_size(n, classes));
    if (needs & NEEDS_CORRECT)
        MEM_NEW(observer->correct, n);
    if (needs & NEEDS_LOGITS)
        MEM_NEW(observer->logits, mem_size(n, classes));
    if (needs & NEEDS_FEATURES)
        MEM_NEW(observer->features, mem_size(n, feature_count));
    if (needs & NEEDS_CLASSIFIER)
        MEM_NEW(observer->classifier, mem_size(classes, feature_count + 1));
    if (needs & NEEDS_GRADIENTS) {
        MEM_NEW(observer->gradient_norms, n);
        MEM_NEW(observer->gradient_dots, n);
    }
}

void observer_give_features(struct observer *observer, float *features)
{
    mem_free(observer->features);
    observer->features = features;
    observer->features_given = true;
}

void observer_release(struct observer *observer)
{
    MEM_FREE(observer->seen, observer->losses, observer->batch_losses, observer->probabilities,
             observer->correct, observer->logits, observer->features, observer->classifier,
             observer->gradient_norms, observer->gradient_dots);
    *observer = (struct observer){0};
}

void observer_clear(struct observer *observer)
{
    memset(observer->seen, 0, observer->n);
}

size_t observe_argmax(const float *logits, size_t classes)
{
    size_t best = 0;
    for (size_t c = 1; c < classes; c++)
        if (logits[c] > logits[best])
            best = c;
    return best;
}

static void copy_classifier(struct observer *observer, const struct nn_net *net)
{
    const size_t width = observer->feature_count;
    const float *weights = nn_classifier_weights(net), *bias = nn_classifier_bias(net);
    for (size_t c = 0; c < observer->classes; c++) {
        float *row = observer->classifier + c * (width + 1);
        memcpy(row, weights + c * width, width * sizeof *row);
        row[width] = bias ? bias[c] : 0;
    }
}

void observer_take(struct observer *observer, const struct nn_net *net, const uint32_t *index,
                   size_t count, const float *losses)
{
    const size_t classes = observer->classes, width = observer->feature_count;
    const float mean = observer->batch_losses ? (float)(num_sum(losses, count) / (double)count) : 0;
    if (observer->classifier)
        copy_classifier(observer, net);
    for (size_t row = 0; row < count; row++) {
        const size_t i = index[row];
        const float *logits = nn_logits(net) + row * classes;
        observer->seen[i] = 1;
        if (observer->losses)
            observer->losses[i] = losses[row];
        if (observer->batch_losses)
            observer->batch_losses[i] = mean;
        if (observer->probabilities)
            num_softmax(observer->probabilities + i * classes, logits, 1, classes);
        if (observer->correct)
            observer->correct[i] = observe_argmax(logits, classes) == observer->labels[i];
        if (observer->logits)
            memcpy(observer->logits + i * classes, logits, classes * sizeof *logits);
        if (observer->features && !observer->features_given)
            memcpy(observer->features + i * width, nn_features(net) + row * width,
                   width * sizeof *observer->features);
    }
}

struct pruner_pass observer_pass(const struct observer *observer, int run, int epoch, bool training)
{
    return (struct pruner_pass){
        .run = run,
        .epoch = epoch,
        .training = training,
        .n = observer->n,
        .labels = observer->labels,
        .seen = observer->seen,
        .losses = observer->losses,
        .batch_losses = training ? observer->batch_losses : NULL,
        .probabilities = observer->probabilities,
        .correct = observer->correct,
        .logits = observer->logits,
        .features = observer->features,
        .feature_count = observer->feature_count,
        .classifier = observer->classifier,
        .gradient_norms = training ? NULL : observer->gradient_norms,
        .gradient_dots = training ? NULL : observer->gradient_dots,
    };
}
