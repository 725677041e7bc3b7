/* Files that are cut, swollen, altered or no files: each is refused in one exact sentence. */
#include "tests/support/made_data.h"
#include "tests/support/support.h"

#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

enum how { CUT_TO, ADD_BYTES, SET_BYTE, EMPTY, FOLDER, PIPE };

struct damage {
    const char *dataset, *file;
    enum how how;
    long at; /* CUT_TO: the new size; ADD_BYTES: how many; SET_BYTE: where, from the end if < 0 */
    uint8_t value;    /* SET_BYTE */
    bool gz;          /* the dataset is gzipped; the damage is done to the compressed file */
    const char *says; /* behind the file's path */
};

static const struct damage damages[] = {
    /* IDX: 16 + 12 * 784 = 9424 bytes of pictures, 8 + 12 = 20 bytes of labels */
    {"mnist", "train-images-idx3-ubyte", EMPTY, 0, 0, false,
     ": expected IDX pictures with a header of 16 bytes, found 0 bytes in all"},
    {"mnist", "train-images-idx3-ubyte", CUT_TO, 15, 0, false,
     ": expected IDX pictures with a header of 16 bytes, found 15 bytes in all"},
    {"mnist", "train-images-idx3-ubyte", SET_BYTE, 3, 1, false,
     ": expected IDX pictures (magic number 0x00000803), found 0x00000801, which is of labels"},
    {"mnist", "train-images-idx3-ubyte", SET_BYTE, 11, 20, false,
     ": expected pictures of 28 x 28, found 20 x 28"},
    {"mnist", "train-images-idx3-ubyte", SET_BYTE, 12, 1, false,
     ": expected pictures of 28 x 28, found 28 x 16777244"},
    {"mnist", "train-images-idx3-ubyte", CUT_TO, 9423, 0, false,
     ": cut short: expected 9424 bytes as the header says (12 of IDX pictures), found 9423"},
    {"mnist", "train-images-idx3-ubyte", ADD_BYTES, 1, 0, false,
     ": too long: expected 9424 bytes as the header says (12 of IDX pictures), found at least "
     "9425"},
    /* a header that claims 4 billion pictures, 3 TB */
    {"mnist", "train-images-idx3-ubyte", SET_BYTE, 4, 0xff, false,
     ": expected at most 4294967296 bytes, found a header that says 3354101032144 (4278190092 of "
     "IDX pictures)"},
    {"mnist", "t10k-images-idx3-ubyte", SET_BYTE, 7, 0, false,
     ": expected IDX pictures, found a header that says there are none"},
    {"mnist", "t10k-labels-idx1-ubyte", SET_BYTE, 3, 3, false,
     ": expected IDX labels (magic number 0x00000801), found 0x00000803, which is of pictures"},
    {"mnist", "t10k-labels-idx1-ubyte", SET_BYTE, 2, 0x0c, false,
     ": expected IDX labels that are unsigned bytes (type 0x08), found 32-bit numbers (type 0x0c): "
     "write them as bytes"},
    {"mnist", "t10k-labels-idx1-ubyte", SET_BYTE, -1, 10, false,
     ": expected labels from 0 to 9, found 10 at position 4"},
    {"fashion-mnist", "train-labels-idx1-ubyte", CUT_TO, 19, 0, false,
     ": cut short: expected 20 bytes as the header says (12 of IDX labels), found 19"},
    {"fashion-mnist", "train-images-idx3-ubyte", CUT_TO, 4000, 0, true,
     ": cut short: expected the end of the gzip stream, found the end of the file after "},
    {"fashion-mnist", "train-images-idx3-ubyte", SET_BYTE, -6, 1, true,
     ": expected intact gzip data, found damage: incorrect data check"},
    {"fashion-mnist", "train-images-idx3-ubyte", SET_BYTE, -1, 1, true,
     ": expected intact gzip data, found damage: incorrect length check"},
    {"mnist", "train-labels-idx1-ubyte", FOLDER, 0, 0, false,
     ": expected a regular file, found something else"},
    {"mnist", "train-labels-idx1-ubyte", PIPE, 0, 0, false,
     ": expected a regular file, found something else"},
    /* CIFAR: 3 records of 3073 bytes; 10 and 2 of 3074 */
    {"cifar10", "data_batch_4.bin", CUT_TO, 9218, 0, false,
     ": expected complete records of 3073 bytes, found 9218 bytes"},
    {"cifar10", "test_batch.bin", ADD_BYTES, 5, 0, false,
     ": expected complete records of 3073 bytes, found 9224 bytes"},
    {"cifar10", "data_batch_5.bin", EMPTY, 0, 0, false,
     ": expected complete records of 3073 bytes, found 0 bytes"},
    {"cifar10", "data_batch_2.bin", CUT_TO, 2 * 3073, 0, false,
     ": expected 3 records to match test_batch.bin, found 2"},
    {"cifar10", "data_batch_1.bin", SET_BYTE, 2 * 3073, 10, false,
     ": expected labels from 0 to 9, found 10 in record 2"},
    {"cifar10", "data_batch_3.bin", CUT_TO, 5000, 0, true,
     ": cut short: expected the end of the gzip stream, found the end of the file after "},
    {"cifar10", "batches.meta.txt", CUT_TO, 30, 0, false,
     ": expected 10 names, one a line, found 5"},
    {"cifar100", "train.bin", CUT_TO, 9 * 3074, 0, false,
     ": expected 10 records to match test.bin, found 9"},
    {"cifar100", "train.bin", SET_BYTE, 3074, 20, false,
     ": expected coarse labels from 0 to 19, found 20 in record 1"},
    {"cifar100", "test.bin", SET_BYTE, 1, 100, false,
     ": expected labels from 0 to 99, found 100 in record 0"},
};

static void make_dataset(const struct damage *damage, const char *folder)
{
    if (strcmp(damage->dataset, "cifar10") == 0)
        made_cifar10(folder, 1, damage->gz);
    else if (strcmp(damage->dataset, "cifar100") == 0)
        made_cifar100(folder, 1, damage->gz);
    else
        made_idx(folder, 1, damage->gz);
}

static void inflict(const struct damage *damage, const char *path)
{
    FILE *file = fopen(path, "r+b");
    cr_assert_not_null(file, "%s", path);
    switch (damage->how) {
    case CUT_TO:
    case EMPTY:
        ASSERT_EQ(ftruncate(fileno(file), damage->at), 0);
        break;
    case ADD_BYTES:
        ASSERT_EQ(fseek(file, 0, SEEK_END), 0);
        for (long i = 0; i < damage->at; i++)
            fputc(0, file);
        break;
    case SET_BYTE:
        ASSERT_EQ(fseek(file, damage->at, damage->at < 0 ? SEEK_END : SEEK_SET), 0);
        fputc(damage->value, file);
        break;
    case FOLDER:
    case PIPE:
        ASSERT_EQ(remove(path), 0);
        ASSERT_EQ(damage->how == PIPE ? mkfifo(path, 0600) : mkdir(path, 0700), 0);
        break;
    }
    fclose(file);
}

ParameterizedTestParameters(data, damaged_files_are_refused)
{
    static size_t indices[sizeof damages / sizeof *damages];
    for (size_t i = 0; i < sizeof indices / sizeof *indices; i++)
        indices[i] = i;
    return cr_make_param_array(size_t, indices, sizeof indices / sizeof *indices);
}

ParameterizedTest(size_t *i, data, damaged_files_are_refused)
{
    const struct damage *damage = &damages[*i];
    const char *folder = made_folder("damaged");
    char path[512], expected[1024];
    snprintf(path, sizeof path, "%s/%s%s", folder, damage->file, damage->gz ? ".gz" : "");
    make_dataset(damage, folder);
    inflict(damage, path);

    const char *const dirs[] = {folder, NULL};
    const struct data_spec spec = made_spec(damage->dataset).common;
    struct dataset *data = NULL;
    struct err err = {0};
    const int failed = dataset_load(dataset_find(damage->dataset), &spec, 0, dirs, &data, &err);
    EXPECT_EQ(failed, -1);
    cr_expect_null(data);
    snprintf(expected, sizeof expected, "%s: %s%s", damage->dataset, path, damage->says);
    if (damage->gz) /* how far a cut stream gets is zlib's affair */
        err.text[strlen(expected) < sizeof err.text ? strlen(expected) : 0] = '\0';
    EXPECT_TEXT(err.text, expected);
}

Test(data, counts_of_pictures_and_labels_must_agree)
{
    static const uint8_t labels[] = {0, 0, 8, 1, 0, 0, 0, 2, 7, 7};
    const char *folder = made_folder("odd");
    made_idx(folder, 1, false);
    made_file(folder, "t10k-labels-idx1-ubyte", labels, sizeof labels, false);
    const char *const dirs[] = {folder, NULL};
    const struct data_spec spec = made_spec("mnist").common;
    struct dataset *data = NULL;
    struct err err = {0};
    char expected[1024];
    EXPECT_EQ(dataset_load(dataset_find("mnist"), &spec, 0, dirs, &data, &err), -1);
    snprintf(expected, sizeof expected,
             "mnist: %s/t10k-labels-idx1-ubyte: expected 5 labels, one for each picture in "
             "%s/t10k-images-idx3-ubyte, found 2",
             folder, folder);
    EXPECT_TEXT(err.text, expected);
}

/* What people have under a dataset's names: it is called by its own. */
static const struct {
    const char *dataset, *file, *start;
    size_t length;
    const char *says;
} strangers[] = {
    {"mnist", "train-images-idx3-ubyte", "\r\n<!DOCTYPE html>\n<html>", 24,
     "looks like a web page, not data: download it again"},
    {"cifar10", "data_batch_2.bin", "<HTML><HEAD>", 12,
     "looks like a web page, not data: download it again"},
    {"mnist", "t10k-labels-idx1-ubyte", "version https://git-lfs.github.com/spec/v1\n", 43,
     "looks like a pointer of Git LFS, not data: fetch the file (git lfs pull)"},
    {"mnist", "train-labels-idx1-ubyte", "PK\3\4\24", 5,
     "looks like a zip archive, not data: unpack it"},
    {"cifar100", "test.bin", "\200\2}q\1(", 6,
     "looks like a Python pickle, not data: get the data in the format that is expected"},
    {"mnist", "train-images-idx3-ubyte", "\0\0\10\3", 4,
     "expected IDX pictures with a header of 16 bytes, found 4 bytes in all"},
    {"mnist", "train-images-idx3-ubyte", "\3\10\0\0\14\0\0\0\34\0\0\0\34\0\0\0", 16,
     "the numbers of its header have their lowest byte first: IDX has the highest first "
     "(big-endian), write it so"},
    {"mnist", "train-images-idx3-ubyte", "\0\0\10\3\14\0\0\0\34\0\0\0\34\0\0\0", 16,
     "the numbers of its header have their lowest byte first: IDX has the highest first "
     "(big-endian), write it so"},
};

Test(data, what_is_no_data_is_named_with_a_remedy)
{
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
        char name[32], expected[1024];
        snprintf(name, sizeof name, "stranger-%zu", i);
        const char *folder = made_folder(name), *const dirs[] = {folder, NULL};
        const struct damage whole = {.dataset = strangers[i].dataset};
        const struct data_spec spec = made_spec(whole.dataset).common;
        struct dataset *data = NULL;
        struct err err = {0};
        make_dataset(&whole, folder);
        made_file(folder, strangers[i].file, strangers[i].start, strangers[i].length, false);
        EXPECT_EQ(dataset_load(dataset_find(whole.dataset), &spec, 0, dirs, &data, &err), -1);
        snprintf(expected, sizeof expected, "%s: %s/%s: %s", whole.dataset, folder,
                 strangers[i].file, strangers[i].says);
        EXPECT_TEXT(err.text, expected);
    }
}

/* A header that announces little is believed as far as that: 1 MB of zeros packed 1000 times. */
Test(data, a_gzipped_file_is_not_unpacked_beyond_what_its_header_says)
{
    enum { MIB = 1 << 20, BOMB = 100 };
    static uint8_t zeros[MIB];
    const char *folder = made_folder("bomb"), *const dirs[] = {folder, NULL};
    const struct data_spec spec = made_spec("mnist").common;
    struct dataset *data = NULL;
    struct err err = {0};
    struct rusage before, after;
    char path[512], expected[1024];
    made_idx(folder, 1, true);
    snprintf(path, sizeof path, "%s/train-images-idx3-ubyte.gz", folder);
    gzFile file = gzopen(path, "ab1"); /* a second stream of the same file */
    cr_assert_not_null(file);
    for (int i = 0; i < BOMB; i++)
        ASSERT_EQ(gzwrite(file, zeros, MIB), MIB);
    ASSERT_EQ(gzclose(file), Z_OK);
    ASSERT_EQ(getrusage(RUSAGE_SELF, &before), 0);
    EXPECT_EQ(dataset_load(dataset_find("mnist"), &spec, 0, dirs, &data, &err), -1);
    ASSERT_EQ(getrusage(RUSAGE_SELF, &after), 0);
    snprintf(expected, sizeof expected,
             "mnist: %s: too long: expected 9424 bytes as the header says (12 of IDX pictures), "
             "found at least 9425",
             path);
    EXPECT_TEXT(err.text, expected);
    cr_expect(after.ru_maxrss - before.ru_maxrss < 32 * 1024, "%ld KiB more",
              after.ru_maxrss - before.ru_maxrss);
}

/* Whatever byte of a gzipped dataset is altered, it is refused or (header fields that carry no
 * data) loads the very same pictures; never does it crash or load others. */
Test(data, no_altered_byte_of_a_gzipped_file_changes_the_data)
{
    const char *folder = made_folder("whole");
    made_idx(folder, 1, true);
    struct dataset *whole = made_load_all("mnist", folder);
    char path[512];
    snprintf(path, sizeof path, "%s/t10k-labels-idx1-ubyte.gz", folder);
    struct stat status;
    ASSERT_EQ(stat(path, &status), 0);
    const char *const dirs[] = {folder, NULL};
    const struct data_spec spec = made_spec("mnist").common;
    int refused = 0;
    for (long at = 0; at < status.st_size; at++) {
        FILE *file = fopen(path, "r+b");
        cr_assert_not_null(file);
        fseek(file, at, SEEK_SET);
        const int byte = fgetc(file);
        fseek(file, at, SEEK_SET);
        fputc(byte ^ 0x40, file);
        fclose(file);
        struct dataset *data = NULL;
        struct err err;
        if (dataset_load(dataset_find("mnist"), &spec, 0, dirs, &data, &err))
            refused++;
        else
            EXPECT_TEXT(data->hash, whole->hash);
        dataset_free(data);
        file = fopen(path, "r+b");
        cr_assert_not_null(file);
        fseek(file, at, SEEK_SET);
        fputc(byte, file);
        fclose(file);
    }
    cr_expect(refused > status.st_size / 2, "%d of %lld", refused, (long long)status.st_size);
    dataset_free(whole);
}
