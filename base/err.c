#include "base/err.h"

#include "base/str.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What it tells of (paths, what others say) may hold any bytes, escapes of a terminal too, and so
 * may its end, where the room ends within a character. */
static void put(struct err *err, const char *text)
{
    struct str safe = {0};
    str_add_shown(&safe, text, "\n");
    size_t length = 0, next;
    while (length < safe.length &&
           length + (next = str_utf8_length(safe.text + length)) < sizeof err->text)
        length += next;
    memcpy(err->text, str_text(&safe), length);
    err->text[length] = '\0';
    str_release(&safe);
}

int err_set(struct err *err, const char *format, ...)
{
    if (err) {
        char text[sizeof err->text]; /* an argument may be err->text itself */
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        put(err, text);
        err->cause = ERR_OTHER;
    }
    return -1;
}

enum err_cause err_cause_of(int number)
{
    return number == ENOSPC || number == EDQUOT ? ERR_FULL : ERR_OTHER;
}

int err_errno(struct err *err, const char *format, ...)
{
    const int number = errno;
    if (err) {
        char text[sizeof err->text];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        err_set(err, "%s: %s", text, strerror(number));
        err->cause = err_cause_of(number);
    }
    return -1;
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (err) {
        char text[sizeof err->text];
        va_list args;
        va_start(args, format);
        vsnprintf(text, sizeof text, format, args);
        va_end(args);
        const size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s", err->text);
        put(err, text);
    }
    return -1;
}

void err_die(const char *file, int line, const char *format, ...)
{
    fprintf(stderr, "%s:%d: ", file, line);
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    abort();
}
