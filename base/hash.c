#include "base/hash.h"

#include "base/err.h"
#include "base/mem.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct hash {
    EVP_MD_CTX *context;
};

static struct hash *new_hash(const EVP_MD *kind)
{
    struct hash *hash;
    MEM_NEW(hash, 1);
    hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, kind, NULL) != 1)
        DIE("libcrypto begins no %s: it has none, or is out of memory", EVP_MD_get0_name(kind));
    return hash;
}

struct hash *hash_new(void)
{
    return new_hash(EVP_sha256());
}

struct hash *hash_new_md5(void)
{
    return new_hash(EVP_md5());
}

void hash_add(struct hash *hash, const void *bytes, size_t count)
{
    if (EVP_DigestUpdate(hash->context, bytes, count) != 1)
        DIE("libcrypto: hashing failed");
}

/* Frees the hash. Returns how many bytes the digest has: 32, or MD5's 16. */
static unsigned finish(struct hash *hash, unsigned char ret_digest[EVP_MAX_MD_SIZE])
{
    unsigned size = 0;
    if (EVP_DigestFinal_ex(hash->context, ret_digest, &size) != 1)
        DIE("libcrypto: hashing failed");
    EVP_MD_CTX_free(hash->context);
    mem_free(hash);
    return size;
}

void hash_finish(struct hash *hash, char ret_hex[HASH_HEX_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    const unsigned size = finish(hash, digest);
    for (unsigned i = 0; i < size; i++)
        snprintf(ret_hex + 2 * i, 3, "%02x", digest[i]);
}

void hash_finish_base64(struct hash *hash, char ret_text[HASH_BASE64_SIZE])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_EncodeBlock((unsigned char *)ret_text, digest, (int)finish(hash, digest));
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
