#define _GNU_SOURCE /* memfd_create */
#include "tests/fuzz/fuzz.h"

#include "base/err.h"
#include "base/hash.h"
#include "base/mem.h"
#include "harness/data/data.h"
#include "tests/support/support.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void put(int file, const void *bytes, size_t size)
{
    REQUIRE(write(file, bytes, size) == (ssize_t)size);
}

/* Empty, and written from its start on. */
static int empty_file(const char **ret_path)
{
    static int file;
    static char path[32];
    if (!file) {
        file = memfd_create("fuzz", MFD_CLOEXEC);
        REQUIRE(file > 0);
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    REQUIRE(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
    *ret_path = path;
    return file;
}

const char *fuzz_file(const void *bytes, size_t size)
{
    const char *path;
    put(empty_file(&path), bytes, size);
    return path;
}

const char *fuzz_sealed(const void *bytes, size_t size)
{
    const char *path;
    char hex[HASH_HEX_SIZE];
    struct hash *hash = hash_new();
    hash_add(hash, bytes, size);
    hash_finish(hash, hex);
    const int file = empty_file(&path);
    put(file, bytes, size);
    put(file, hex, sizeof hex - 1);
    return path;
}

void fuzz_put(const char *name, const void *bytes, size_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", test_dir(), name);
    const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    REQUIRE(file >= 0);
    put(file, bytes, size);
    close(file);
}

/* What is loaded from there is as data.c wants it, or refused: false. */
static bool load(const char *dataset, const char *path)
{
    const struct dataset_type *type = dataset_find(dataset);
    struct dataset data = {.type = type};
    struct arena arena = {0};
    struct err err;
    const bool loaded = type->load(kind_defaults(&type->is, &arena), path, &data, &err) == 0;
    if (loaded)
        for (int part = 0; part < 2; part++) {
            const struct split *split = part ? &data.train : &data.test;
            const size_t picture = (size_t)data.h * (size_t)data.w * (size_t)data.c;
            REQUIRE(split->n > 0 && split->n <= UINT32_MAX);
            for (size_t i = 0; i < split->n; i++)
                REQUIRE(split->labels[i] < data.classes);
            for (size_t i = 0; i < split->n * picture; i++)
                REQUIRE(split->pixels[i] <= UINT8_MAX);
        }
    MEM_FREE(data.train.pixels, data.train.labels, data.test.pixels, data.test.labels);
    arena_release(&data.arena);
    arena_release(&arena);
    return loaded;
}

void fuzz_load(const struct fuzz_data *files, size_t count, const uint8_t *bytes, size_t size)
{
    static const struct fuzz_data *written;
    for (size_t i = 0; i < count && written != files; i++)
        fuzz_put(files[i].name, files[i].bytes, files[i].size);
    written = files;
    for (size_t i = 0; i < count && size == 0; i++)
        REQUIRE(load(files[i].dataset, test_dir()));
    if (size == 0)
        return;
    const struct fuzz_data *file = &files[bytes[0] % count];
    fuzz_put(file->name, bytes + 1, size - 1);
    load(file->dataset, test_dir());
    fuzz_put(file->name, file->bytes, file->size);
}

void fuzz_load_file(const char *dataset, const uint8_t *bytes, size_t size)
{
    load(dataset, fuzz_file(bytes, size));
}
