#include "tests/support/support.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static char dir[64];

const char *test_binary(void)
{
    const char *binary = getenv("WINNOW_BINARY");
    return binary ? binary : "build/winnow";
}

bool test_soak(void)
{
    return getenv("WINNOW_SOAK") != NULL;
}

static void die(const char *what)
{
    perror(what);
    abort();
}

static void remove_dir(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    if (system(command) != 0)
        perror(command);
}

const char *test_dir(void)
{
    if (!dir[0]) {
        snprintf(dir, sizeof dir, "/tmp/winnow-test-XXXXXX");
        if (!mkdtemp(dir))
            die("mkdtemp");
        atexit(remove_dir);
    }
    return dir;
}

char *test_read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return NULL;
    size_t size = 0, room = 4096;
    char *text = malloc(room);
    for (;;) {
        if (!text)
            die("malloc");
        size += fread(text + size, 1, room - 1 - size, file);
        if (size < room - 1)
            break;
        text = realloc(text, room *= 2);
    }
    fclose(file);
    text[size] = '\0';
    return text;
}

void test_write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    if (!file || fputs(text, file) < 0 || fclose(file))
        die(path);
}

struct test_output test_run(const char *format, ...)
{
    char command[8192], out[128], err[128], whole[9000];
    va_list args;
    va_start(args, format);
    vsnprintf(command, sizeof command, format, args);
    va_end(args);
    snprintf(out, sizeof out, "%s/stdout", test_dir());
    snprintf(err, sizeof err, "%s/stderr", test_dir());
    snprintf(whole, sizeof whole,
             "W=\"%s\"; winnow() { \"$W\" \"$@\"; }\n"
             /* A shell without job control has these ignored in what it starts with &. */
             "start() { env --default-signal=INT,QUIT,HUP \"$W\" \"$@\" & pid=$!; }\n"
             "{ %s\n} >%s 2>%s </dev/null",
             test_binary(), command, out, err);
    const int status = system(whole);
    struct test_output output = {
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
        .out = test_read_file(out),
        .err = test_read_file(err),
    };
    if (!output.out || !output.err)
        die("test_run");
    return output;
}

void test_output_release(struct test_output *output)
{
    free(output->out);
    free(output->err);
    *output = (struct test_output){0};
}
