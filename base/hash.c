#include "base/hash.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { DIGEST = 32 }; /* bytes */

struct hash {
    EVP_MD_CTX *context;
};

struct hash *hash_new(void)
{
    struct hash *hash;
    MEM_NEW(hash, 1);
    hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1)
        DIE("libcrypto begins no SHA-256: it has none, or is out of memory");
    return hash;
}

void hash_add(struct hash *hash, const void *bytes, size_t count)
{
    if (EVP_DigestUpdate(hash->context, bytes, count) != 1)
        DIE("libcrypto: SHA-256 failed");
}

/* Frees the hash. */
static void finish(struct hash *hash, unsigned char ret_digest[EVP_MAX_MD_SIZE])
{
    unsigned size = 0;
    if (EVP_DigestFinal_ex(hash->context, ret_digest, &size) != 1 || size != DIGEST)
        DIE("libcrypto: SHA-256 failed");
    EVP_MD_CTX_free(hash->context);
    mem_free(hash);
}

void hash_finish(struct hash *hash, char ret_hex[HASH_HEX_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    finish(hash, digest);
    for (size_t i = 0; i < DIGEST; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

void hash_finish_base64(struct hash *hash, char ret_text[HASH_BASE64_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    finish(hash, digest);
    EVP_EncodeBlock((unsigned char *)ret_text, digest, DIGEST);
}

void hash_bytes(const void *bytes, size_t count, char ret_hex[HASH_HEX_SIZE])
{
    struct hash *hash = hash_new();
    hash_add(hash, bytes, count);
    hash_finish(hash, ret_hex);
}

int hash_file(const char *path, char ret_hex[HASH_HEX_SIZE], struct err *err)
{
    unsigned char bytes[16384];
    struct stat about;
    if (stat(path, &about) == 0 && S_ISFIFO(about.st_mode))
        return err_set(err, "%s: a pipe, which can be read once only: expected a file", path);
    FILE *file = fopen(path, "rb");
    if (!file)
        return err_set(err, "%s: %s", path, strerror(errno));
    struct hash *hash = hash_new();
    for (size_t count; (count = fread(bytes, 1, sizeof bytes, file)) > 0;)
        hash_add(hash, bytes, count);
    const int failed = ferror(file) ? err_set(err, "%s: %s", path, strerror(errno)) : 0;
    fclose(file);
    hash_finish(hash, ret_hex);
    return failed;
}
