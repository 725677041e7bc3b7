#include "base/seal.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/save.h"
#include "base/str.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum { SUM = HASH_HEX_SIZE - 1 };

struct seal {
    struct save *save;
    struct hash *hash; /* of what was put */
};

static void make_folder(const char *path)
{
    struct str folder = {0};
    const char *slash = strrchr(path, '/');
    if (!slash)
        return;
    str_add_bytes(&folder, path, (size_t)(slash - path));
    mkdir(str_text(&folder), 0777); /* where that fails, save_open says why */
    str_release(&folder);
}

int seal_open(const char *path, struct seal **ret_seal, struct err *err)
{
    struct save *save;
    make_folder(path);
    if (save_open(path, &save, err))
        return -1;
    struct seal *seal;
    MEM_NEW(seal, 1);
    *seal = (struct seal){save, hash_new()};
    *ret_seal = seal;
    return 0;
}

void seal_put(struct seal *seal, const void *bytes, size_t count)
{
    hash_add(seal->hash, bytes, count);
    save_put(seal->save, bytes, count);
}

int seal_close(struct seal *seal, struct err *err)
{
    char hex[HASH_HEX_SIZE];
    hash_finish(seal->hash, hex);
    save_put(seal->save, hex, SUM);
    const int failed = save_close(seal->save, err);
    mem_free(seal);
    return failed;
}

static int check_sum(const char *bytes, size_t size, struct err *err)
{
    char hex[HASH_HEX_SIZE];
    if (size < SUM)
        return err_set(err, "it has %zu bytes", size);
    struct hash *hash = hash_new();
    hash_add(hash, bytes, size - SUM);
    hash_finish(hash, hex);
    return memcmp(bytes + size - SUM, hex, SUM) == 0 ? 0 : err_set(err, "its checksum is wrong");
}

enum seal_found seal_read(const char *path, char **ret_bytes, size_t *ret_size, struct err *err)
{
    struct str text = {0};
    if (str_add_file(&text, path, SIZE_MAX, NULL)) {
        if (errno == ENOENT || errno == ENOTDIR)
            return SEAL_ABSENT;
        err_set(err, "%s", strerror(errno));
        return SEAL_DAMAGED;
    }
    if (check_sum(str_text(&text), text.length, err)) {
        str_release(&text);
        return SEAL_DAMAGED;
    }
    *ret_bytes = text.text;
    *ret_size = text.length - SUM;
    return SEAL_WHOLE;
}
