#include "results/merge.h"

#include "base/mem.h"
#include "results/db.h"
#include "results/store_private.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/made_db.h"

#include <sqlite3.h>
#include <string.h>

/* A database's bytes. */
struct image {
    unsigned char *bytes;
    sqlite3_int64 size;
};

static struct image image_of(sqlite3 *db)
{
    struct image image;
    image.bytes = sqlite3_serialize(db, "main", &image.size, 0);
    REQUIRE(image.bytes);
    return image;
}

static sqlite3 *open_image(const struct image *image)
{
    const unsigned flags = SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE;
    sqlite3 *db;
    unsigned char *copy = sqlite3_malloc64((sqlite3_uint64)image->size);
    REQUIRE(copy && sqlite3_open(":memory:", &db) == SQLITE_OK);
    memcpy(copy, image->bytes, (size_t)image->size);
    REQUIRE(sqlite3_deserialize(db, "main", copy, image->size, image->size, flags) == SQLITE_OK);
    return db;
}

/* One of a finished cell, and one without anything. */
static void make_images(struct image *ret_shard, struct image *ret_empty)
{
    struct store *store;
    struct err err;
    made_db(made_path("shard.db"));
    store = must_open(made_path("shard.db"), STORE_READ);
    *ret_shard = image_of(store->db);
    store_close(store);
    REQUIRE(store_open_empty(&store, &err) == 0);
    *ret_empty = image_of(store->db);
    store_close(store);
}

/* Three bytes of place and a byte that is put there, again and again. */
static void alter(struct image *image, const uint8_t *edits, size_t size)
{
    for (; size >= 4; edits += 4, size -= 4)
        image->bytes[((size_t)edits[0] << 16 | (size_t)edits[1] << 8 | edits[2]) %
                     (size_t)image->size] = edits[3];
}

/*
 * A shard that was altered: by SQL, where the bytes begin with "--", or as above. It is merged or
 * refused, and what was merged is whole.
 */
int fuzz_merge(const uint8_t *bytes, size_t size)
{
    static struct image made, empty;
    struct merge_report report;
    struct str sql = {0};
    struct err err;
    if (!made.bytes)
        make_images(&made, &empty);
    sqlite3 *db = open_image(&made);
    const bool is_sql = size >= 2 && memcmp(bytes, "--", 2) == 0;
    str_add_bytes(&sql, (const char *)bytes, is_sql ? size : 0);
    sqlite3_exec(db, str_text(&sql), NULL, NULL, NULL);
    struct image shard = image_of(db);
    sqlite3_close(db);
    alter(&shard, bytes, is_sql ? 0 : size);
    const char *path = fuzz_file(shard.bytes, (size_t)shard.size);
    struct store store = {.db = open_image(&empty), .mode = STORE_WRITE};
    REQUIRE(merge_shard(&store, path, &report, &err) == 0);
    REQUIRE(!report.refused || (report.attempts == 0 && str_is_utf8(report.why.text)));
    int64_t count = -1;
    REQUIRE(db_get_int(store.db, "SELECT count(*) FROM attempt", NULL, 0, &count, &err) == 0 &&
            count == report.attempts);
    sqlite3_close(store.db);
    sqlite3_free(shard.bytes);
    str_release(&sql);
    return 0;
}
