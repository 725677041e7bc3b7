#include "base/str.h"

#include "base/err.h"
#include "base/mem.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LONGEST_NAME = 64 };

static void reserve(struct str *str, size_t extra)
{
    const size_t wanted = str->length + extra + 1;
    if (wanted <= str->size)
        return;
    const size_t size = wanted < 2 * str->size ? 2 * str->size : wanted + 64;
    MEM_GROW(str->text, str->size, size);
    str->size = size;
}

void str_add_bytes(struct str *str, const char *bytes, size_t count)
{
    reserve(str, count);
    if (count) /* bytes may be NULL where there are none */
        memcpy(str->text + str->length, bytes, count);
    str->length += count;
    str->text[str->length] = '\0';
}

void str_add(struct str *str, const char *text)
{
    str_add_bytes(str, text, strlen(text));
}

void str_vaddf(struct str *str, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, args);
    REQUIRE(length >= 0);
    reserve(str, (size_t)length);
    vsnprintf(str->text + str->length, (size_t)length + 1, format, again);
    va_end(again);
    str->length += (size_t)length;
}

void str_addf(struct str *str, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    str_vaddf(str, format, args);
    va_end(args);
}

/* ---- UTF-8 ------------------------------------------------------------------------------------*/

size_t str_utf8_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    const size_t length = p[0] < 0x80   ? 1
                          : p[0] < 0xC2 ? 0
                          : p[0] < 0xE0 ? 2
                          : p[0] < 0xF0 ? 3
                          : p[0] < 0xF5 ? 4
                                        : 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    const bool bad = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) ||
                     (p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F);
    return bad ? 0 : length;
}

bool str_is_utf8(const char *text)
{
    size_t length = 1;
    for (; *text && length; text += length)
        length = str_utf8_length(text);
    return length > 0;
}

void str_add_utf8(struct str *str, const char *text)
{
    while (*text) {
        const size_t length = str_utf8_length(text);
        if (length)
            str_add_bytes(str, text, length);
        else
            str_add(str, STR_REPLACEMENT);
        text += length ? length : 1;
    }
}

const char *str_utf8(const char *text, struct arena *arena)
{
    if (str_is_utf8(text))
        return text;
    struct str safe = {0};
    str_add_utf8(&safe, text);
    return str_keep(&safe, arena);
}

/* Bytes of the control character at text, 0 where there is none. */
static size_t control_length(const char *text)
{
    const unsigned char *p = (const unsigned char *)text;
    if (p[0] < ' ' || p[0] == 0x7F)
        return 1;
    if (p[0] == 0xC2 && p[1] >= 0x80 && p[1] < 0xA0) /* U+0080 to U+009F */
        return 2;
    if (p[0] != 0xE2)
        return 0;
    /* U+2028 to U+202E: ends of lines and paragraphs, embeddings, overrides; U+2066 to U+2069 */
    return (p[1] == 0x80 && p[2] >= 0xA8 && p[2] <= 0xAE) ||
                   (p[1] == 0x81 && p[2] >= 0xA6 && p[2] <= 0xA9)
               ? 3
               : 0;
}

const char *str_not_shown(const char *text, const char *kept)
{
    size_t length;
    for (; *text; text += length) {
        length = str_utf8_length(text);
        if (!length || (control_length(text) && !strchr(kept, *text)))
            return text;
    }
    return NULL;
}

void str_add_shown(struct str *str, const char *text, const char *kept)
{
    for (const char *odd; (odd = str_not_shown(text, kept));) {
        const size_t control = control_length(odd);
        str_add_bytes(str, text, (size_t)(odd - text));
        str_add(str, control ? " " : STR_REPLACEMENT);
        text = odd + (control ? control : 1);
    }
    str_add(str, text);
}

const char *str_shown(const char *text, struct arena *arena)
{
    if (!str_not_shown(text, ""))
        return text;
    struct str shown = {0};
    str_add_shown(&shown, text, "");
    return str_keep(&shown, arena);
}

/* ---- Files ------------------------------------------------------------------------------------*/

int str_add_file(struct str *str, const char *path, size_t most, struct err *err)
{
    enum { PATIENCE_MS = 1000 };
    const size_t before = str->length;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct pollfd more = {.fd = file, .events = POLLIN};
    char part[16384];
    struct stat about = {0};
    int reason = file < 0 || fstat(file, &about) ? errno : 0;
    if (!reason && (uintmax_t)about.st_size <= most)
        reserve(str, (size_t)about.st_size);
    if (S_ISFIFO(about.st_mode)) /* whose writer may not have come yet */
        poll(&more, 1, PATIENCE_MS);
    for (ssize_t count = 1; count != 0 && !reason;) {
        count = read(file, part, sizeof part);
        if (count > 0)
            str_add_bytes(str, part, (size_t)count);
        if (count < 0 && errno == EAGAIN)
            poll(&more, 1, -1);
        else if (count < 0)
            reason = errno;
        else if (str->length - before > most)
            reason = EFBIG;
        else if (S_ISFIFO(about.st_mode) && str->length == before)
            reason = ENODATA;
    }
    if (file >= 0)
        close(file);
    if (reason) {
        err_set(err, "cannot read %s: %s", path, strerror(reason));
        str->length = before;
        if (str->text)
            str->text[before] = '\0';
    }
    errno = reason;
    return reason ? -1 : 0;
}

bool str_add_line(struct str *str, const char *path, const char *start)
{
    char line[512];
    bool found = false;
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file))
        found = strncmp(line, start, strlen(start)) == 0;
    if (found)
        str_add_bytes(str, line + strlen(start), strcspn(line + strlen(start), "\n"));
    if (file)
        fclose(file);
    return found;
}

void str_add_duration(struct str *str, double seconds)
{
    const long long s = llround(seconds);
    if (seconds > 0 && seconds < 0.95)
        str_addf(str, "%.1f s", seconds < 0.05 ? 0.1 : seconds);
    else if (s < 60)
        str_addf(str, "%lld s", s);
    else if (s < 3600)
        str_addf(str, "%lld min %02lld s", s / 60, s % 60);
    else
        str_addf(str, "%lld h %02lld min", s / 3600, s / 60 % 60);
}

void str_add_size(struct str *str, int64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB", "TiB"};
    double amount = (double)bytes / 1024;
    size_t unit = 0;
    for (; amount >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        amount /= 1024;
    if (bytes < 1024)
        str_addf(str, "%lld bytes", (long long)bytes);
    else
        str_addf(str, "%.1f %s", amount, units[unit]);
}

void str_add_filled(struct str *str, const char *text, const struct str_place *places, size_t count)
{
    while (*text) {
        size_t i = 0;
        while (i < count && strncmp(text, places[i].mark, strlen(places[i].mark)) != 0)
            i++;
        if (i < count)
            str_add(str, places[i].text);
        else
            str_add_bytes(str, text, 1);
        text += i < count ? strlen(places[i].mark) : 1;
    }
}

void str_trim(struct str *str, const char *characters)
{
    while (str->length && strchr(characters, str->text[str->length - 1]))
        str->text[--str->length] = '\0';
}

bool str_next(struct str *part, const char **text, const char *ends)
{
    const size_t length = strcspn(*text, ends);
    str_clear(part);
    if (!**text)
        return false;
    str_add_bytes(part, *text, length);
    *text += length + ((*text)[length] != '\0');
    return true;
}

bool str_lists(const char *list, const char *ends, const char *word)
{
    struct str part = {0};
    bool found = false;
    while (!found && str_next(&part, &list, ends))
        found = strcmp(str_text(&part), word) == 0;
    str_release(&part);
    return found;
}

void str_add_quoted(struct str *str, const char *word)
{
    str_add(str, "'");
    for (; *word; word++)
        if (*word == '\'')
            str_add(str, "'\\''");
        else
            str_add_bytes(str, word, 1);
    str_add(str, "'");
}

void str_add_word(struct str *str, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                "0123456789_-+=./,:@%";
    if (*word && !word[strspn(word, plain)]) {
        str_add(str, word);
    } else if (!str_not_shown(word, "")) {
        str_add_quoted(str, word);
    } else {
        str_add(str, "$'");
        for (; *word; word++)
            str_addf(str, strchr(plain, *word) ? "%c" : "\\%03o", (unsigned char)*word);
        str_add(str, "'");
    }
}

const char *str_text(const struct str *str)
{
    return str->text ? str->text : "";
}

void str_clear(struct str *str)
{
    str->length = 0;
    if (str->text)
        str->text[0] = '\0';
}

void str_release(struct str *str)
{
    mem_free(str->text);
    *str = (struct str){0};
}

char *str_keep(struct str *str, struct arena *arena)
{
    char *kept = arena_strdup(arena, str_text(str));
    str_release(str);
    return kept;
}

void str_release_all(struct str *const *strs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        str_release(strs[i]);
}

bool str_parse_int(const char *text, int64_t *ret_value)
{
    const char *digits = text + (*text == '-' || *text == '+');
    if (!isdigit((unsigned char)*digits) || (digits[0] == '0' && digits[1]))
        return false;
    if (digits[strspn(digits, "0123456789")])
        return false;
    errno = 0;
    const long long value = strtoll(text, NULL, 10);
    if (errno)
        return false;
    *ret_value = value;
    return true;
}

bool str_parse_double(const char *text, double *ret_value)
{
    const char *p = text + (*text == '-' || *text == '+');
    const size_t whole = strspn(p, "0123456789");
    if (whole > 1 && p[0] == '0')
        return false;
    p += whole;
    size_t fraction = 0;
    if (*p == '.') {
        p++;
        fraction = strspn(p, "0123456789");
        p += fraction;
    }
    if (whole + fraction == 0)
        return false;
    if (*p == 'e' || *p == 'E') {
        p++;
        p += *p == '-' || *p == '+';
        const size_t exponent = strspn(p, "0123456789");
        if (exponent == 0)
            return false;
        p += exponent;
    }
    if (*p)
        return false;
    /* The C locale, whatever the process was started with: a comma is never a decimal point. */
    const locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!c)
        DIE("out of memory: no C locale");
    const locale_t old = uselocale(c);
    const double value = strtod(text, NULL);
    uselocale(old);
    freelocale(c);
    const char *significant = strpbrk(text, "123456789eE"); /* a digit, or the exponent */
    const bool vanished = value == 0 && significant && isdigit((unsigned char)*significant);
    if (!isfinite(value) || vanished)
        return false;
    *ret_value = value == 0 ? 0 : value; /* not -0, which JSON writes in another way */
    return true;
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    const size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t str_distance(const char *a, const char *b)
{
    const size_t n = strlen(a), m = strlen(b);
    if (n > LONGEST_NAME || m > LONGEST_NAME)
        return n > m ? n : m;
    size_t rows[3][LONGEST_NAME + 1]; /* i-2, i-1, i, in turn */
    for (size_t j = 0; j <= m; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t *const row = rows[i % 3], *const above = rows[(i + 2) % 3];
        const size_t *const before = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            const int x = tolower((unsigned char)a[i - 1]), y = tolower((unsigned char)b[j - 1]);
            row[j] = smallest(above[j] + 1, row[j - 1] + 1, above[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == tolower((unsigned char)b[j - 2]) &&
                y == tolower((unsigned char)a[i - 2]) && before[j - 2] + 1 < row[j])
                row[j] = before[j - 2] + 1;
        }
    }
    return rows[n % 3][m];
}

const char *str_nearest(const char *word, const char *(*candidate)(const void *context, size_t i),
                        const void *context)
{
    const char *best = NULL;
    size_t best_distance = strlen(word) / 3 + 2; /* farther is another word, not a slip */
    const char *name;
    for (size_t i = 0; (name = candidate(context, i)); i++) {
        const size_t distance = str_distance(word, name);
        if (distance < best_distance) {
            best = name;
            best_distance = distance;
        }
    }
    return best;
}

struct str_near str_near(const char *near, const char *otherwise)
{
    struct str_near end;
    if (near)
        snprintf(end.text, sizeof end.text, ", did you mean %s?", near);
    else
        snprintf(end.text, sizeof end.text, "%s", otherwise);
    return end;
}

int str_compare(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

void str_add_count(struct str *str, int64_t count, const char *noun)
{
    str_addf(str, "%lld %s%s", (long long)count, noun, STR_PLURAL(count));
}
