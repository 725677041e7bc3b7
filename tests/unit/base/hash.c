/* The examples of FIPS 180-2 and, of MD5, RFC 1321. */
#include "base/hash.h"

#include <criterion/criterion.h>
#include <string.h>

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

Test(hash, md5_is_there_too)
{
    char hex[HASH_HEX_SIZE];
    hash_finish(hash_new_md5(), hex);
    cr_expect_str_eq(hex, "d41d8cd98f00b204e9800998ecf8427e");
    struct hash *hash = hash_new_md5();
    hash_add(hash, "message digest", 14);
    hash_finish(hash, hex);
    cr_expect_str_eq(hex, "f96b697d7cb7938d525a2f31aaf161d0");
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
