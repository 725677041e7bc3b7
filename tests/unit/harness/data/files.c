/* Finding files, and reading what is whole. What is damaged: damage.c. */
#include "base/str.h"
#include "tests/support/made_data.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* Loads and returns the hash, to tell apart what was found. */
static void hash_from(const char *dataset, const char *const *dirs, char ret_hash[HASH_HEX_SIZE])
{
    const struct data_spec spec = made_spec(dataset).common;
    struct dataset *data = NULL;
    struct err err = {0};
    const int failed = dataset_load(dataset_find(dataset), &spec, 0, dirs, &data, &err);
    cr_assert(!failed, "%s", err.text);
    memcpy(ret_hash, data->hash, HASH_HEX_SIZE);
    dataset_free(data);
}

Test(data, dirs_are_configured_then_environment_then_here_then_the_package)
{
    struct arena arena = {0};
    setenv("WINNOW_DATA", "/some/where", 1);
    const char *const *dirs = dataset_dirs("mine", &arena);
    EXPECT_TEXT(dirs[0], "mine");
    EXPECT_TEXT(dirs[1], "/some/where");
    EXPECT_TEXT(dirs[2], "./data");
    EXPECT_TEXT(dirs[3], "/usr/share/datasets");
    cr_expect_null(dirs[4]);

    setenv("WINNOW_DATA", "", 1);
    dirs = dataset_dirs(NULL, &arena);
    EXPECT_TEXT(dirs[0], "./data");
    EXPECT_TEXT(dirs[1], "/usr/share/datasets");
    cr_expect_null(dirs[2]);
    arena_release(&arena);
}

Test(data, search_takes_the_first_dir_and_in_it_the_named_folder)
{
    char named[HASH_HEX_SIZE], found[HASH_HEX_SIZE], other[HASH_HEX_SIZE];
    const char *first = made_folder("first"), *second = made_folder("second");
    const char *const dirs[] = {made_folder("empty"), first, second, NULL};

    made_idx(made_folder("second/mnist"), 10, false);
    hash_from("mnist", dirs, other);
    made_idx(first, 20, false); /* bare, in a dir before it */
    hash_from("mnist", dirs, found);
    EXPECT_OTHER_TEXT(found, other);
    made_idx(made_folder("first/mnist"), 30, false);
    hash_from("mnist", dirs, named);
    EXPECT_OTHER_TEXT(named, found);

    struct dataset *data = made_load_all("mnist", made_folder("first/mnist"));
    EXPECT_TEXT(named, data->hash);
    dataset_free(data);
}

Test(data, cifar_is_found_under_the_names_of_its_archives)
{
    made_cifar10(made_folder("a/cifar10"), 1, false);
    made_cifar10(made_folder("b/cifar-10-batches-bin"), 1, false);
    made_cifar100(made_folder("a/cifar100"), 1, false);
    made_cifar100(made_folder("b/cifar-100-binary"), 1, false);
    static const char *const datasets[] = {"cifar10", "cifar100"};
    for (size_t i = 0; i < 2; i++) {
        struct dataset *a = made_load_all(datasets[i], made_folder("a"));
        struct dataset *b = made_load_all(datasets[i], made_folder("b"));
        EXPECT_TEXT(a->hash, b->hash);
        dataset_free(a);
        dataset_free(b);
    }
}

Test(data, missing_files_are_named_with_all_places_and_the_source)
{
    const char *one = made_folder("one"), *two = made_folder("two");
    const char *const dirs[] = {one, two, NULL};
    const struct dataset_type *type = dataset_find("cifar10");
    const struct data_spec spec = made_spec("cifar10").common;
    struct dataset *data = NULL;
    struct err err;
    struct str expected = {0};
    ASSERT_EQ(dataset_load(type, &spec, 0, dirs, &data, &err), -1);
    str_addf(&expected,
             "cifar10: test_batch.bin (or test_batch.bin.gz) not found; get it from %s; searched "
             "%s, %s, and below each of them cifar10, cifar-10-batches-bin, "
             "cifar-10-batches-py",
             type->source, one, two);
    EXPECT_TEXT(err.text, expected.text);
    cr_expect_null(data);
    str_release(&expected);
}

static void expect_instead(const char *dataset, const char *there, const char *says)
{
    const char *dir = made_folder("instead"), *const dirs[] = {dir, NULL};
    const struct data_spec spec = made_spec(dataset).common;
    struct dataset *data = NULL;
    struct err err;
    struct str expected = {0};
    made_file(made_folder("instead/mnist"), "a.txt", "", 0, false);
    made_folder("instead/cifar10");
    made_file(dir, there, "", 0, false);
    ASSERT_EQ(dataset_load(dataset_find(dataset), &spec, 0, dirs, &data, &err), -1);
    str_addf(&expected, " not found, but %s/%s is there: %s get it from ", dir, there, says);
    cr_expect(strstr(err.text, str_text(&expected)), "%s\nhas not\n%s", err.text,
              str_text(&expected));
    str_release(&expected);
}

Test(data, what_lies_there_instead_is_named)
{
    expect_instead("mnist", "mnist/zoo.zip", "unpack it, or");
    expect_instead("mnist", "mnist/more.tgz", "unpack it, or"); /* the first by name */
}

Test(data, an_archive_of_either_cifar_is_named)
{
    expect_instead("cifar10", "cifar10/cifar-10-binary.tar.gz", "unpack it, or");
    expect_instead("cifar100", "cifar-100-python.tar.gz", "unpack it, or");
}

Test(data, half_a_dataset_is_not_completed_from_elsewhere)
{
    const char *half = made_folder("half"), *whole = made_folder("whole");
    const char *const dirs[] = {half, whole, NULL};
    const struct data_spec spec = made_spec("mnist").common;
    struct dataset *data = NULL;
    struct err err;
    char expected[sizeof err.text];
    made_idx(half, 1, true);
    made_idx(whole, 1, true);
    snprintf(expected, sizeof expected, "%s/t10k-labels-idx1-ubyte.gz", half);
    ASSERT_EQ(remove(expected), 0);
    ASSERT_EQ(dataset_load(dataset_find("mnist"), &spec, 0, dirs, &data, &err), -1);
    snprintf(expected, sizeof expected,
             "mnist: %s/t10k-labels-idx1-ubyte (or t10k-labels-idx1-ubyte.gz) not found, although "
             "train-images-idx3-ubyte is there; get it from %s",
             half, dataset_find("mnist")->source);
    EXPECT_TEXT(err.text, expected);
}

Test(data, one_datasets_files_are_not_taken_for_anothers)
{
    /* The published training labels begin like this. */
    static const uint8_t header[] = {0, 0, 8, 1, 0, 0, 0, MADE_IDX_TRAIN};
    static const uint8_t digits[MADE_IDX_TRAIN] = {5, 0, 4, 1, 9, 2, 1, 3, 1, 4, 3, 5};
    const char *folder = made_folder("bare");
    uint8_t labels[sizeof header + sizeof digits];
    memcpy(labels, header, sizeof header);
    memcpy(labels + sizeof header, digits, sizeof digits);
    made_idx(folder, 1, false);
    made_file(folder, "train-labels-idx1-ubyte", labels, sizeof labels, false);

    struct dataset *data = made_load_all("mnist", folder);
    dataset_free(data);
    const char *const dirs[] = {folder, NULL};
    static const char *const others[] = {"fashion-mnist", "kmnist"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        const struct data_spec spec = made_spec(others[i]).common;
        struct err err;
        char expected[sizeof err.text];
        ASSERT_EQ(dataset_load(dataset_find(others[i]), &spec, 0, dirs, &data, &err), -1);
        snprintf(expected, sizeof expected,
                 "%s: %s: expected %s, found mnist, whose files have the same names", others[i],
                 folder, others[i]);
        EXPECT_TEXT(err.text, expected);
    }
}

Test(data, kmnist_has_its_own_classes)
{
    const char *folder = made_folder("kmnist");
    made_idx(folder, 7, false);
    struct dataset *data = made_load_all("kmnist", folder);
    EXPECT_TEXT(data->class_names[0], "o");
    EXPECT_TEXT(data->class_names[9], "wo");
    cr_expect_null(data->note, "%s", data->note);
    dataset_free(data);
}

/* Two pictures, of which pixel (y, x) is 9 y + x; labels 1 and 26. */
static const char *made_letters(const char *name, uint8_t first_label)
{
    static const char *const parts[] = {"train", "test"};
    static const uint8_t head[] = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28};
    const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, first_label, 26};
    const char *folder = made_folder(name);
    uint8_t pictures[sizeof head + 2 * 784];
    memcpy(pictures, head, sizeof head);
    for (size_t i = 0; i < 2; i++)
        for (size_t y = 0; y < 28; y++)
            for (size_t x = 0; x < 28; x++) /* a column after the other */
                pictures[sizeof head + 784 * i + 28 * x + y] = (uint8_t)(9 * y + x);
    for (size_t i = 0; i < 2; i++) {
        char file[64];
        snprintf(file, sizeof file, "emnist-letters-%s-images-idx3-ubyte", parts[i]);
        made_file(folder, file, pictures, sizeof pictures, true);
        snprintf(file, sizeof file, "emnist-letters-%s-labels-idx1-ubyte", parts[i]);
        made_file(folder, file, labels, sizeof labels, true);
    }
    return folder;
}

Test(data, emnist_letters_stand_upright_and_count_from_0)
{
    struct dataset *data = made_load_all("emnist-letters", made_letters("letters", 1));
    EXPECT_EQ(data->classes, 26);
    EXPECT_EQ(data->train.labels[0], 0);
    EXPECT_EQ(data->train.labels[1], 25);
    EXPECT_TEXT(data->class_names[25], "Z");
    for (size_t y = 0; y < 28; y++)
        for (size_t x = 0; x < 28; x++)
            EXPECT_EQ(data->test.pixels[784 + 28 * y + x], (uint8_t)(9 * y + x));
    dataset_free(data);

    const char *folder = made_letters("wrong", 0);
    const char *const dirs[] = {folder, NULL};
    const struct data_spec spec = made_spec("emnist-letters").common;
    struct err err;
    char expected[sizeof err.text];
    ASSERT_EQ(dataset_load(dataset_find("emnist-letters"), &spec, 0, dirs, &data, &err), -1);
    snprintf(expected, sizeof expected,
             "emnist-letters: %s/emnist-letters-train-labels-idx1-ubyte.gz: expected labels from 1 "
             "to 26, found 0 at position 0",
             folder);
    EXPECT_TEXT(err.text, expected);
}

Test(data, idx_pixels_labels_and_counts_are_as_written)
{
    const char *folder = made_folder("idx");
    made_idx(folder, 7, false);
    struct dataset *data = made_load_all("mnist", folder);
    ASSERT_EQ(data->train.n, MADE_IDX_TRAIN);
    ASSERT_EQ(data->test.n, MADE_IDX_TEST);
    EXPECT_EQ(data->validation.n, 0);
    EXPECT_EQ(data->h, 28);
    EXPECT_EQ(data->w, 28);
    EXPECT_EQ(data->c, 1);
    EXPECT_EQ(data->classes, 10);
    cr_expect(data->bayes_error < 0, "it is %g", data->bayes_error);
    const struct split *const splits[] = {&data->train, &data->test};
    for (uint32_t s = 0; s < 2; s++)
        for (uint32_t i = 0; i < splits[s]->n; i++) {
            EXPECT_EQ(splits[s]->origin[i], i);
            EXPECT_EQ(splits[s]->labels[i], (uint8_t)((i + 7 + s) % 10));
            for (uint32_t p = 0; p < 784; p++)
                ASSERT_EQ(splits[s]->pixels[i * 784 + p], made_byte(7 + s, i * 784 + p));
        }
    dataset_free(data);
}

/* Pixel (y, x, k) of a picture that was stored as planes. */
static void expect_interleaved(const uint8_t *pixels, uint32_t salt, uint32_t record)
{
    for (uint32_t y = 0; y < 32; y++)
        for (uint32_t x = 0; x < 32; x++)
            for (uint32_t k = 0; k < 3; k++)
                ASSERT_EQ(pixels[(y * 32 + x) * 3 + k],
                          made_byte(salt, 3072 * record + 1024 * k + 32 * y + x));
}

Test(data, cifar10_planes_are_interleaved_and_batches_in_order)
{
    const char *folder = made_folder("cifar");
    made_cifar10(folder, 40, false);
    struct dataset *data = made_load_all("cifar10", folder);
    ASSERT_EQ(data->train.n, 5 * MADE_CIFAR_BATCH);
    ASSERT_EQ(data->test.n, MADE_CIFAR_BATCH);
    EXPECT_EQ(data->c, 3);
    for (uint32_t i = 0; i < data->train.n; i++) {
        const uint32_t file = 1 + i / MADE_CIFAR_BATCH, record = i % MADE_CIFAR_BATCH;
        EXPECT_EQ(data->train.labels[i], (uint8_t)((record + file) % 10));
        expect_interleaved(data->train.pixels + 3072 * (size_t)i, 40 + file, record);
    }
    expect_interleaved(data->test.pixels, 40, 0);
    cr_assert_not_null(data->class_names);
    EXPECT_TEXT(data->class_names[0], "airplane");
    EXPECT_TEXT(data->class_names[9], "truck");
    dataset_free(data);
}

Test(data, cifar100_uses_the_fine_label)
{
    const char *folder = made_folder("cifar");
    made_cifar100(folder, 50, false);
    struct dataset *data = made_load_all("cifar100", folder);
    ASSERT_EQ(data->train.n, 10);
    ASSERT_EQ(data->test.n, 2);
    EXPECT_EQ(data->classes, 100);
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_EQ(data->train.labels[i], (uint8_t)(99 - i));
        expect_interleaved(data->train.pixels + 3072 * (size_t)i, 51, i);
    }
    cr_assert_not_null(data->class_names);
    EXPECT_TEXT(data->class_names[99], "kind_99");
    dataset_free(data);
}

Test(data, cifar_without_names_is_as_good)
{
    const char *folder = made_folder("cifar");
    made_cifar10(folder, 60, false);
    struct dataset *with = made_load_all("cifar10", folder);
    char path[512];
    snprintf(path, sizeof path, "%s/batches.meta.txt", folder);
    ASSERT_EQ(remove(path), 0);
    struct dataset *without = made_load_all("cifar10", folder);
    cr_expect_null(without->class_names);
    EXPECT_TEXT(with->hash, without->hash);
    dataset_free(with);
    dataset_free(without);
}

Test(data, the_hash_covers_every_label_and_pixel)
{
    /* the first and the last byte of each file's content */
    static const struct {
        const char *file;
        long at;
    } changes[] = {
        {"train-images-idx3-ubyte", 16}, {"train-images-idx3-ubyte", -1},
        {"train-labels-idx1-ubyte", 8},  {"train-labels-idx1-ubyte", -1},
        {"t10k-images-idx3-ubyte", 16},  {"t10k-images-idx3-ubyte", -1},
        {"t10k-labels-idx1-ubyte", 8},   {"t10k-labels-idx1-ubyte", -1},
    };
    const char *folder = made_folder("hashed");
    made_idx(folder, 1, false);
    struct dataset *whole = made_load_all("mnist", folder);
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        char path[512];
        made_idx(folder, 1, false);
        snprintf(path, sizeof path, "%s/%s", folder, changes[i].file);
        FILE *file = fopen(path, "r+b");
        cr_assert_not_null(file);
        const int from = changes[i].at < 0 ? SEEK_END : SEEK_SET;
        fseek(file, changes[i].at, from);
        const int byte = fgetc(file);
        fseek(file, changes[i].at, from);
        fputc(byte ? byte - 1 : 1, file); /* a label stays one */
        fclose(file);
        struct dataset *changed = made_load_all("mnist", folder);
        EXPECT_OTHER_TEXT(changed->hash, whole->hash);
        dataset_free(changed);
    }
    dataset_free(whole);
}

Test(data, a_constant_channel_normalises_to_zero)
{
    enum { HEADER = 16, PIXELS = MADE_IDX_TRAIN * 28 * 28 };
    uint8_t images[HEADER + PIXELS] = {0, 0, 8, 3,  0, 0, 0, MADE_IDX_TRAIN,
                                       0, 0, 0, 28, 0, 0, 0, 28};
    const char *folder = made_folder("constant");
    float out[28 * 28];
    const uint32_t index = 3;
    memset(images + HEADER, 51, PIXELS);
    made_idx(folder, 1, false);
    made_file(folder, "train-images-idx3-ubyte", images, sizeof images, false);
    struct dataset *data = made_load_all("mnist", folder);
    EXPECT_NEAR(data->mean[0], 0.2, 1e-7);
    EXPECT_NEAR(data->stddev[0], 1, 0);
    dataset_gather(data, &data->train, &index, 1, NULL, out);
    for (size_t i = 0; i < 28 * 28; i++)
        EXPECT_NEAR(out[i], 0, 0);
    dataset_free(data);
}

Test(data, gzipped_or_not_is_the_same_data)
{
    static const struct {
        const char *dataset;
        void (*make)(const char *folder, uint32_t salt, bool gz);
    } cases[] = {{"mnist", made_idx}, {"cifar10", made_cifar10}, {"cifar100", made_cifar100}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char plain_name[64], gz_name[64], other_name[64];
        snprintf(plain_name, sizeof plain_name, "plain-%zu", i);
        snprintf(gz_name, sizeof gz_name, "gz-%zu", i);
        snprintf(other_name, sizeof other_name, "other-%zu", i);
        cases[i].make(made_folder(plain_name), 1, false);
        cases[i].make(made_folder(gz_name), 1, true);
        cases[i].make(made_folder(other_name), 2, true);
        struct dataset *plain = made_load_all(cases[i].dataset, made_folder(plain_name));
        struct dataset *gz = made_load_all(cases[i].dataset, made_folder(gz_name));
        struct dataset *other = made_load_all(cases[i].dataset, made_folder(other_name));
        EXPECT_EQ(strlen(plain->hash), HASH_HEX_SIZE - 1);
        EXPECT_TEXT(plain->hash, gz->hash);
        EXPECT_OTHER_TEXT(plain->hash, other->hash);
        dataset_free(plain);
        dataset_free(gz);
        dataset_free(other);
    }
}
