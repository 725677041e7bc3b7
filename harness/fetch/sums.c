#include "harness/fetch/sums.h"

#include "base/str.h"

#include <string.h>
#include <strings.h>

enum { MD5_DIGITS = 32, SHA256_DIGITS = 64 };

/* How many hex digits stand first in a line that goes on with a blank, a mark (' ' or '*', binary)
 * and the name; 0: it is another line. */
static size_t digits_of(const char *line, const char *name)
{
    const size_t digits = strspn(line, "0123456789abcdefABCDEF");
    const bool known = digits == MD5_DIGITS || digits == SHA256_DIGITS;
    const bool marked =
        known && line[digits] == ' ' && line[digits + 1] && strchr(" *", line[digits + 1]);
    return marked && strcmp(line + digits + 2, name) == 0 ? digits : 0;
}

bool sums_find(const char *text, const char *name, char ret_sum[HASH_HEX_SIZE])
{
    struct str line = {0};
    size_t digits = 0;
    while (!digits && str_next(&line, &text, "\r\n"))
        digits = digits_of(str_text(&line), name);
    if (digits) {
        memcpy(ret_sum, str_text(&line), digits);
        ret_sum[digits] = '\0';
    }
    str_release(&line);
    return digits > 0;
}

const char *sums_kind(const char *sum)
{
    return strlen(sum) == MD5_DIGITS ? "MD5" : "SHA-256";
}

struct hash *sums_hash(const char *sum)
{
    return strlen(sum) == MD5_DIGITS ? hash_new_md5() : hash_new();
}

bool sums_match(struct hash *hash, const char *sum, char ret_found[HASH_HEX_SIZE])
{
    hash_finish(hash, ret_found);
    return strcasecmp(ret_found, sum) == 0;
}

int sums_check(const char *path, const char *sum, bool *ret_right, char ret_found[HASH_HEX_SIZE],
               struct err *err)
{
    if (hash_finish_file(sums_hash(sum), path, ret_found, err))
        return -1;
    *ret_right = strcasecmp(ret_found, sum) == 0;
    return 0;
}
