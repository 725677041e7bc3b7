/*
 * made_data: small datasets in the published layouts, written by the tests that read them.
 */
#pragma once

#include "harness/data/synthetic.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Criterion's own comparisons do not print their operands. */
#define EXPECT_EQ(found, expected) COMPARE_WHOLE(cr_expect, found, expected)
#define ASSERT_EQ(found, expected) COMPARE_WHOLE(cr_assert, found, expected)
#define COMPARE_WHOLE(check, found, expected)                                                      \
    do {                                                                                           \
        const long long found_ = (long long)(found), expected_ = (long long)(expected);            \
        check(found_ == expected_, "%s is %lld, expected %lld", #found, found_, expected_);        \
    } while (0)
#define EXPECT_TEXT(found, expected)                                                               \
    cr_expect(strcmp((found), (expected)) == 0, "%s is\n  \"%s\", expected\n  \"%s\"", #found,     \
              (found), (expected))
#define EXPECT_OTHER_TEXT(found, unexpected)                                                       \
    cr_expect(strcmp((found), (unexpected)) != 0, "%s is \"%s\"", #found, (found))
#define EXPECT_NEAR(found, expected, tolerance)                                                    \
    do {                                                                                           \
        const double found_ = (double)(found), expected_ = (double)(expected);                     \
        cr_expect(fabs(found_ - expected_) <= (tolerance), "%s is %.9g, expected %.9g within %g",  \
                  #found, found_, expected_, (double)(tolerance));                                 \
    } while (0)

enum {
    MADE_IDX_TRAIN = 12, /* samples that made_idx writes */
    MADE_IDX_TEST = 5,
    MADE_CIFAR_BATCH = 3, /* of each of the six files that made_cifar10 writes */
};

/* The path of test_dir()/NAME, which is made where it is not there; lives as long as the test. */
const char *made_folder(const char *name);
/* A file of the folder, gzipped (and named NAME.gz) where asked. */
void made_file(const char *folder, const char *name, const void *bytes, size_t size, bool gz);

/* The byte at place i of made-up content number `salt`. */
uint8_t made_byte(uint32_t salt, uint32_t i);

/*
 * Four IDX files: pixel p of picture i is made_byte(salt, 784 i + p), its label (i + salt) % 10;
 * the test files have salt + 1.
 */
void made_idx(const char *folder, uint32_t salt, bool gz);
/*
 * Six files and the names; byte p of the planes of record i of file f (0: test) is
 * made_byte(salt + f, 3072 i + p), its label (i + f) % 10.
 */
void made_cifar10(const char *folder, uint32_t salt, bool gz);
/* The same with test.bin (2 records) and train.bin (10): labels 99 - i, coarse labels i + f. */
void made_cifar100(const char *folder, uint32_t salt, bool gz);

/* The defaults of a dataset's options; ends the test where there is no such dataset. */
struct synthetic_options made_spec(const char *dataset);
/* Loads from one folder with these options; ends the test with the reason on failure. */
struct dataset *made_load(const char *dataset, const struct data_spec *spec, uint64_t seed,
                          const char *folder);
/* The same with the defaults, seed 0. */
struct dataset *made_load_all(const char *dataset, const char *folder);
