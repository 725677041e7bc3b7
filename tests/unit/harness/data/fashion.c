/* The real Fashion-MNIST, from Debian's package, against what its authors published. */
#include "tests/support/made_data.h"

enum { BATCH = 500, PICTURE = 28 * 28 };
#define PUBLISHED 1e-3  /* mean and standard deviation are usually given with four digits */
#define NORMALISED 1e-4 /* of a mean of 47 million floats summed in double */

static struct dataset *load_fashion(const struct data_spec *spec, uint64_t seed)
{
    return made_load("fashion-mnist", spec, seed, "/usr/share/datasets");
}

Test(data, fashion_mnist_is_the_published_one)
{
    static const uint8_t first[] = {9, 0, 0, 3, 0};
    const struct data_spec spec = made_spec("fashion-mnist").common;
    struct dataset *data = load_fashion(&spec, 0);
    ASSERT_EQ(data->train.n, 60000);
    ASSERT_EQ(data->test.n, 10000);
    EXPECT_EQ(data->validation.n, 0);
    EXPECT_EQ(data->h, 28);
    EXPECT_EQ(data->w, 28);
    EXPECT_EQ(data->c, 1);
    EXPECT_EQ(data->classes, 10);
    EXPECT_TEXT(data->class_names[9], "ankle boot");
    for (size_t i = 0; i < sizeof first; i++)
        EXPECT_EQ(data->train.labels[i], first[i]);
    size_t train[10] = {0}, test[10] = {0};
    for (size_t i = 0; i < data->train.n; i++)
        train[data->train.labels[i]]++;
    for (size_t i = 0; i < data->test.n; i++)
        test[data->test.labels[i]]++;
    for (size_t k = 0; k < 10; k++) {
        EXPECT_EQ(train[k], 6000);
        EXPECT_EQ(test[k], 1000);
    }
    EXPECT_NEAR(data->mean[0], 0.2860, PUBLISHED);
    EXPECT_NEAR(data->stddev[0], 0.3530, PUBLISHED);

    double sum = 0, squares = 0;
    float *out;
    uint32_t index[BATCH];
    MEM_NEW(out, BATCH * PICTURE);
    for (uint32_t start = 0; start < data->train.n; start += BATCH) {
        for (uint32_t i = 0; i < BATCH; i++)
            index[i] = start + i;
        dataset_gather(data, &data->train, index, BATCH, NULL, out);
        for (size_t i = 0; i < BATCH * PICTURE; i++) {
            sum += (double)out[i];
            squares += (double)out[i] * (double)out[i];
        }
    }
    const double n = 60000.0 * PICTURE, mean = sum / n;
    EXPECT_NEAR(mean, 0, NORMALISED);
    EXPECT_NEAR(sqrt(squares / n - mean * mean), 1, NORMALISED);
    mem_free(out);
    dataset_free(data);
}

Test(data, fashion_mnist_can_be_limited)
{
    struct data_spec spec = made_spec("fashion-mnist").common;
    spec.train_limit = 5000;
    spec.test_limit = 1000;
    spec.val_fraction = 0.1;
    struct dataset *data = load_fashion(&spec, 1);
    ASSERT_EQ(data->train.n, 4500);
    ASSERT_EQ(data->validation.n, 500);
    ASSERT_EQ(data->test.n, 1000);
    size_t train[10] = {0}, validation[10] = {0}, test[10] = {0};
    for (size_t i = 0; i < data->train.n; i++)
        train[data->train.labels[i]]++;
    for (size_t i = 0; i < data->validation.n; i++)
        validation[data->validation.labels[i]]++;
    for (size_t i = 0; i < data->test.n; i++)
        test[data->test.labels[i]]++;
    for (size_t k = 0; k < 10; k++) {
        EXPECT_EQ(train[k], 450);
        EXPECT_EQ(validation[k], 50);
        EXPECT_EQ(test[k], 100);
    }
    EXPECT_NEAR(data->mean[0], 0.2860, PUBLISHED);
    dataset_free(data);
}
