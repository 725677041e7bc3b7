#include "tests/support/made_data.h"

#include "base/rng.h"
#include "base/str.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <zlib.h>

enum { IDX_PICTURE = 28 * 28, CIFAR_PICTURE = 3 * 32 * 32, CLASSES = 10 };

static struct arena folders; /* of one test: each has a process of its own */

static void clean_up(void)
{
    arena_release(&folders);
}

const char *made_folder(const char *name)
{
    if (!folders.blocks)
        atexit(clean_up);
    const char *folder = arena_printf(&folders, "%s/%s", test_dir(), name);
    struct test_output output = test_run("mkdir -p '%s'", folder);
    cr_assert_eq(output.status, 0, "mkdir %s: %s", folder, output.err);
    test_output_release(&output);
    return folder;
}

void made_file(const char *folder, const char *name, const void *bytes, size_t size, bool gz)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s%s", folder, name, gz ? ".gz" : "");
    gzFile file = gzopen(path, gz ? "wb" : "wbT");
    const bool written = file && (size == 0 || gzwrite(file, bytes, (unsigned)size) == (int)size);
    const int closed = gzclose(file);
    cr_assert(written && closed == Z_OK, "cannot write %s", path);
}

uint8_t made_byte(uint32_t salt, uint32_t i)
{
    struct rng rng = rng_stream(salt, RNG_TEST, 0, i);
    return (uint8_t)rng_u32(&rng);
}

static void put_big_endian(uint8_t *bytes, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (24 - 8 * i));
}

static void made_idx_split(const char *folder, const char *part, uint32_t n, uint32_t salt, bool gz)
{
    char name[64];
    uint8_t *images, labels[8 + MADE_IDX_TRAIN];
    MEM_NEW(images, 16 + n * IDX_PICTURE);
    put_big_endian(images, 0x803);
    put_big_endian(images + 4, n);
    put_big_endian(images + 8, 28);
    put_big_endian(images + 12, 28);
    for (uint32_t i = 0; i < n * IDX_PICTURE; i++)
        images[16 + i] = made_byte(salt, i);
    put_big_endian(labels, 0x801);
    put_big_endian(labels + 4, n);
    for (uint32_t i = 0; i < n; i++)
        labels[8 + i] = (uint8_t)((i + salt) % CLASSES);
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", part);
    made_file(folder, name, images, 16 + n * IDX_PICTURE, gz);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", part);
    made_file(folder, name, labels, 8 + n, gz);
    mem_free(images);
}

void made_idx(const char *folder, uint32_t salt, bool gz)
{
    made_idx_split(folder, "train", MADE_IDX_TRAIN, salt, gz);
    made_idx_split(folder, "t10k", MADE_IDX_TEST, salt + 1, gz);
}

/* labels[n][label_bytes] */
static void made_records(const char *folder, const char *name, const uint8_t *labels, uint32_t n,
                         uint32_t label_bytes, uint32_t salt, bool gz)
{
    const size_t record = label_bytes + CIFAR_PICTURE;
    uint8_t *records;
    MEM_NEW(records, n * record);
    for (uint32_t i = 0; i < n; i++) {
        memcpy(records + i * record, labels + i * label_bytes, label_bytes);
        for (uint32_t p = 0; p < CIFAR_PICTURE; p++)
            records[i * record + label_bytes + p] = made_byte(salt, i * CIFAR_PICTURE + p);
    }
    made_file(folder, name, records, n * record, gz);
    mem_free(records);
}

void made_cifar10(const char *folder, uint32_t salt, bool gz)
{
    for (uint32_t f = 0; f < 6; f++) {
        char name[64] = "test_batch.bin";
        uint8_t labels[MADE_CIFAR_BATCH];
        for (uint32_t i = 0; i < MADE_CIFAR_BATCH; i++)
            labels[i] = (uint8_t)((i + f) % CLASSES);
        if (f > 0)
            snprintf(name, sizeof name, "data_batch_%u.bin", f);
        made_records(folder, name, labels, MADE_CIFAR_BATCH, 1, salt + f, gz);
    }
    const char names[] = "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n\n";
    made_file(folder, "batches.meta.txt", names, sizeof names - 1, gz);
}

void made_cifar100(const char *folder, uint32_t salt, bool gz)
{
    static const char *const files[] = {"test.bin", "train.bin"};
    static const uint32_t counts[] = {2, 10};
    for (uint32_t f = 0; f < 2; f++) {
        uint8_t labels[2 * 10];
        for (uint32_t i = 0; i < counts[f]; i++) {
            labels[2 * i] = (uint8_t)(i + f);
            labels[2 * i + 1] = (uint8_t)(99 - i);
        }
        made_records(folder, files[f], labels, counts[f], 2, salt + f, gz);
    }
    struct str names = {0};
    for (int i = 0; i < 100; i++)
        str_addf(&names, "kind_%d\r\n", i);
    made_file(folder, "fine_label_names.txt", names.text, names.length, gz);
    str_release(&names);
}

struct synthetic_options made_spec(const char *dataset)
{
    struct synthetic_options spec = {0};
    const struct dataset_type *type = dataset_find(dataset);
    cr_assert_not_null(type, "no dataset %s", dataset);
    cr_assert_leq(type->options_size, sizeof spec);
    option_defaults(type->options, &spec);
    return spec;
}

struct dataset *made_load(const char *dataset, const struct data_spec *spec, uint64_t seed,
                          const char *folder)
{
    const char *const dirs[] = {folder, NULL};
    struct dataset *data = NULL;
    struct err err = {0};
    const int failed = dataset_load(dataset_find(dataset), spec, seed, dirs, &data, &err);
    cr_assert_eq(failed, 0, "%s", err.text);
    return data;
}

struct dataset *made_load_all(const char *dataset, const char *folder)
{
    const struct synthetic_options spec = made_spec(dataset);
    return made_load(dataset, &spec.common, 0, folder);
}
