#include "base/hash.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <nettle/base64.h>
#include <nettle/md5.h>
#include <nettle/nettle-meta.h>
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct hash {
    const struct nettle_hash *kind;
    union {
        struct sha256_ctx sha256;
        struct md5_ctx md5;
    } context;
};

static struct hash *new_hash(const struct nettle_hash *kind)
{
    struct hash *hash;
    MEM_NEW(hash, 1);
    hash->kind = kind;
    kind->init(&hash->context);
    return hash;
}

struct hash *hash_new(void)
{
    return new_hash(&nettle_sha256);
}

struct hash *hash_new_md5(void)
{
    return new_hash(&nettle_md5);
}

void hash_add(struct hash *hash, const void *bytes, size_t count)
{
    hash->kind->update(&hash->context, count, bytes);
}

/* Frees the hash. Returns how many bytes the digest has: 32, or MD5's 16. */
static unsigned finish(struct hash *hash, uint8_t ret_digest[SHA256_DIGEST_SIZE])
{
    const unsigned size = hash->kind->digest_size;
    hash->kind->digest(&hash->context, size, ret_digest);
    mem_free(hash);
    return size;
}

void hash_finish(struct hash *hash, char ret_hex[HASH_HEX_SIZE])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    const unsigned size = finish(hash, digest);
    for (unsigned i = 0; i < size; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

void hash_finish_base64(struct hash *hash, char ret_text[HASH_BASE64_SIZE])
{
    uint8_t digest[SHA256_DIGEST_SIZE];
    const unsigned size = finish(hash, digest);
    base64_encode_raw(ret_text, size, digest);
    ret_text[BASE64_ENCODE_RAW_LENGTH(size)] = '\0';
}

void hash_bytes(const void *bytes, size_t count, char ret_hex[HASH_HEX_SIZE])
{
    struct hash *hash = hash_new();
    hash_add(hash, bytes, count);
    hash_finish(hash, ret_hex);
}

int hash_file(const char *path, char ret_hex[HASH_HEX_SIZE], struct err *err)
{
    return hash_finish_file(hash_new(), path, ret_hex, err);
}

int hash_finish_file(struct hash *hash, const char *path, char ret_hex[HASH_HEX_SIZE],
                     struct err *err)
{
    unsigned char bytes[16384];
    struct stat about;
    const bool pipe = stat(path, &about) == 0 && S_ISFIFO(about.st_mode);
    FILE *file = pipe ? NULL : fopen(path, "rb");
    for (size_t count; file && (count = fread(bytes, 1, sizeof bytes, file)) > 0;)
        hash_add(hash, bytes, count);
    int failed = !file || ferror(file) ? err_set(err, "%s: %s", path, strerror(errno)) : 0;
    if (pipe)
        failed = err_set(err, "%s: a pipe, which can be read once only: expected a file", path);
    if (file)
        fclose(file);
    hash_finish(hash, ret_hex);
    return failed;
}
