/*
 * base: the small utilities: err, mem, hash, disk.
 */
#include "base/disk.h"
#include "base/err.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/support/support.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* ---- err ---- */

Test(err, set_and_prefix)
{
    struct err err;
    cr_expect_eq(err_set(&err, "line %d: %s", 7, "no"), -1);
    cr_expect_str_eq(err.text, "line 7: no");
    cr_expect_eq(err_prefix(&err, "%s: ", "file.yaml"), -1);
    cr_expect_str_eq(err.text, "file.yaml: line 7: no");
    cr_expect_eq(err_set(NULL, "nobody %s", "listens"), -1);
    cr_expect_eq(err_prefix(NULL, "nobody"), -1);
}

Test(err, its_own_text_may_be_an_argument)
{
    struct err err;
    err_set(&err, "no such file");
    err_set(&err, "mnist: %s; fetch it", err.text);
    cr_expect_str_eq(err.text, "mnist: no such file; fetch it");
}

Test(err, long_texts_are_cut)
{
    struct err err;
    err_set(&err, "%02000d", 1);
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
    err_prefix(&err, "place: ");
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
    cr_expect_arr_eq(err.text, "place: 000", 10);
    err_prefix(&err, "%02000d", 1);
    cr_expect_eq(strlen(err.text), sizeof err.text - 1);
}

/* A path of other bytes; and a text whose end is within a character: "e" and 511 of two bytes. */
Test(err, is_utf8_whatever_it_tells_of)
{
    struct err err;
    char path[sizeof err.text + 1] = "e";
    err_set(&err, "%s: no such file", "/x\xff/y");
    cr_expect_str_eq(err.text, "/x\xEF\xBF\xBD/y: no such file");
    for (size_t i = 1; i + 2 < sizeof path; i += 2)
        memcpy(path + i, "\xC3\xA9", 3);
    path[sizeof path - 1] = '\0';
    err_set(&err, "ab%s", path);
    cr_expect(str_is_utf8(err.text), "%s", err.text);
    err_prefix(&err, "c");
    cr_expect(str_is_utf8(err.text), "%s", err.text);
}

Test(err, require_ends_the_process, .signal = SIGABRT)
{
    REQUIRE(1 + 1 == 3);
}

/* ---- mem ---- */

static bool all_zero(const void *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (((const char *)bytes)[i])
            return false;
    return true;
}

Test(mem, aligned_and_zeroed)
{
    for (size_t n = 0; n < 300; n++) {
        char *bytes;
        MEM_NEW(bytes, n);
        cr_assert_not_null(bytes);
        cr_expect_eq((uintptr_t)bytes % 64, 0, "%zu bytes at %p", n, (void *)bytes);
        cr_expect(all_zero(bytes, n));
        memset(bytes, 1, n); /* so that the next one is not zero by chance */
        mem_free(bytes);
    }
    mem_free(NULL);
}

Test(mem, grow_keeps_and_zeroes)
{
    uint32_t *values = NULL;
    MEM_GROW(values, 0, 3);
    cr_expect(all_zero(values, 3 * sizeof *values));
    for (uint32_t i = 0; i < 3; i++)
        values[i] = i + 1;
    MEM_GROW(values, 3, 5000);
    cr_expect(values[0] == 1 && values[1] == 2 && values[2] == 3);
    cr_expect(all_zero(values + 3, 4997 * sizeof *values));
    cr_expect_eq((uintptr_t)values % 64, 0);
    MEM_GROW(values, 5000, 2);
    cr_expect(values[0] == 1 && values[1] == 2);
    mem_free(values);
}

Test(mem, size)
{
    cr_expect_eq(mem_size(3, 4), 12);
    cr_expect_eq(mem_size(0, SIZE_MAX), 0);
    cr_expect_eq(mem_size(SIZE_MAX / 2, 1), SIZE_MAX / 2);
}

Test(mem, size_overflow_ends_the_process, .signal = SIGABRT)
{
    mem_size(SIZE_MAX / 2, 3);
}

Test(mem, size_beyond_what_pointers_span_ends_the_process, .signal = SIGABRT)
{
    mem_size(SIZE_MAX / 2 + 1, 1);
}

#ifndef WINNOW_SANITIZE /* which ends the process in its own way */
Test(mem, lack_of_memory_ends_the_process, .signal = SIGABRT)
{
    char *bytes;
    MEM_NEW(bytes, SIZE_MAX / 4);
}
#endif

Test(arena, pieces_are_aligned_zeroed_and_apart)
{
    enum { PIECES = 3000 };
    struct arena arena;
    arena_init(&arena);
    for (int round = 0; round < 2; round++) { /* released, it can be used again */
        static unsigned char *pieces[PIECES];
        for (size_t i = 0; i < PIECES; i++) {
            ARENA_NEW(&arena, pieces[i], i % 97);
            cr_assert_eq((uintptr_t)pieces[i] % 16, 0, "piece %zu at %p", i, (void *)pieces[i]);
            cr_assert(all_zero(pieces[i], i % 97), "piece %zu is not zero", i);
            memset(pieces[i], (int)(i % 251), i % 97);
        }
        for (size_t i = 0; i < PIECES; i++)
            for (size_t j = 0; j < i % 97; j++)
                cr_assert_eq(pieces[i][j], i % 251, "piece %zu was overwritten", i);
        arena_release(&arena);
    }
}

Test(arena, large_blocks_among_small_ones)
{
    struct arena arena;
    arena_init(&arena);
    char *small, *large, *after;
    ARENA_NEW(&arena, small, 10);
    ARENA_NEW(&arena, large, 1000003);
    ARENA_NEW(&arena, after, 10);
    memset(small, 1, 10);
    memset(large, 2, 1000003);
    memset(after, 3, 10);
    cr_expect(small[0] == 1 && small[9] == 1);
    cr_expect(large[0] == 2 && large[1000002] == 2);
    cr_expect_eq((uintptr_t)large % 16, 0);
    arena_release(&arena);
}

Test(arena, texts)
{
    struct arena arena;
    arena_init(&arena);
    char source[] = "text";
    const char *copy = arena_strdup(&arena, source);
    source[0] = 'n';
    cr_expect_str_eq(copy, "text");
    cr_expect_str_eq(arena_printf(&arena, "%s %d", "cell", 7), "cell 7");
    cr_expect_str_eq(arena_printf(&arena, "%s", ""), "");
    cr_expect_eq(strlen(arena_printf(&arena, "%0*d", 100000, 1)), 100000);
    arena_release(&arena);
}

Test(arena, overflow_ends_the_process, .signal = SIGABRT)
{
    struct arena arena;
    arena_init(&arena);
    arena_alloc(&arena, SIZE_MAX / 4, 8);
}

/* ---- hash: the examples of FIPS 180-2 ---- */

Test(hash, known_answers)
{
    static const struct {
        const char *text, *hex;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char hex[HASH_HEX_SIZE];
        struct hash *hash = hash_new();
        hash_add(hash, cases[i].text, strlen(cases[i].text));
        hash_finish(hash, hex);
        cr_expect_str_eq(hex, cases[i].hex);
    }
}

Test(hash, pieces_of_any_size_give_the_same)
{
    static char million[1000000];
    memset(million, 'a', sizeof million);
    struct hash *hash = hash_new();
    size_t piece = 1;
    for (size_t at = 0; at < sizeof million; at += piece) {
        piece = piece * 3 % 1009;
        if (piece > sizeof million - at)
            piece = sizeof million - at;
        hash_add(hash, million + at, piece);
    }
    char hex[HASH_HEX_SIZE];
    hash_finish(hash, hex);
    cr_expect_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

/* ---- disk ---- */

Test(disk, network_types)
{
    static const char *const network[] = {"nfs", "nfs4", "cifs", "fuse.sshfs", "lustre"};
    static const char *const local[] = {"ext4",    "xfs", "btrfs",   "tmpfs",
                                        "overlay", "9p",  "unknown", ""};
    for (size_t i = 0; i < sizeof network / sizeof *network; i++)
        cr_expect(disk_is_network(network[i]), "%s passed for local", network[i]);
    for (size_t i = 0; i < sizeof local / sizeof *local; i++)
        cr_expect_not(disk_is_network(local[i]), "%s passed for a network's", local[i]);
}

/* As in Linux's <linux/magic.h>. */
Test(disk, network_magic_numbers)
{
    static const struct {
        uint32_t magic;
        const char *name;
    } cases[] = {
        {0x6969, "nfs"},
        {0xff534d42, "cifs"},
        {0xfe534d42, "smb3"},
        {0x517b, "smbfs"},
        {0x0bd00bd0, "lustre"},
        {0x47504653, "gpfs"},
        {0x00c36400, "ceph"},
        {0x5346414f, "afs"},
        {0x73757245, "coda"},
        {0x7461636f, "ocfs2"},
        {0x01161970, "gfs2"},
        {0x19830326, "beegfs"},
        {0xef53, NULL},
        {0x58465342, NULL},
        {0x01021994, NULL},
        {0x794c7630, NULL},
        {0x01021997, NULL},
        {0x65735546, NULL},
        {0, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *name = disk_network_name(cases[i].magic);
        cr_expect(name && cases[i].name ? strcmp(name, cases[i].name) == 0 : name == cases[i].name,
                  "%#x is '%s'", cases[i].magic, name ? name : "none");
        cr_expect(!name || disk_is_network(name), "%s", name);
    }
}

Test(disk, stat)
{
    struct disk proc, here;
    struct err err = {0};
    cr_assert_eq(disk_stat("/proc/self", &proc, &err), 0, "%s", err.text);
    cr_assert_eq(disk_stat(test_dir(), &here, &err), 0, "%s", err.text);
    cr_expect_str_eq(proc.type, "proc");
    cr_expect_not(proc.network);
    cr_expect_gt(here.free_bytes, 0);
}

Test(disk, stat_of_nothing)
{
    struct disk disk = {.free_bytes = 7};
    struct err err = {0};
    cr_expect_eq(disk_stat("/nowhere/at/all", &disk, &err), -1);
    cr_expect_str_eq(err.text, "/nowhere/at/all: No such file or directory");
    cr_expect_eq(disk.free_bytes, 7);
}

/* ---- json ---- */

Test(json, text_is_made_safe_and_a_path_keeps_its_bytes)
{
    static const char *const paths[] = {"/data", "/\xC3\xA9", "/x\xff/\x01\xC3"};
    struct arena arena;
    arena_init(&arena);
    for (size_t i = 0; i < 3; i++) {
        json_t *value = json_path(paths[i]);
        struct str text = {0};
        json_add_dump(&text, value, JSON_ENCODE_ANY);
        json_t *back = json_loads(str_text(&text), JSON_DECODE_ANY, NULL);
        cr_expect_str_eq(json_path_of(back, &arena), paths[i]);
        cr_expect_eq(json_is_string(value), i < 2, "%s", str_text(&text));
        json_decref(back);
        json_decref(value);
        str_release(&text);
    }
    json_t *text = json_text(paths[2]), *none = json_path(NULL);
    cr_expect_str_eq(json_string_value(text), "/x\xEF\xBF\xBD/\x01\xEF\xBF\xBD");
    cr_expect(json_is_null(none) && !json_path_of(none, &arena));
    json_decref(text);
    json_decref(none);
    arena_release(&arena);
}
