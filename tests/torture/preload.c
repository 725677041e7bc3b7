/*
 * preload: makes the n-th call of a kind fail, in winnow and in no other program.
 *
 *     LD_PRELOAD=build/torture.so WINNOW_TORTURE=write:17:28:run winnow run x.yaml
 *         the 17th write of each process `winnow run` fails with errno 28 (ENOSPC)
 *     ... WINNOW_TORTURE=write:17+:28:run
 *         and all that follow it
 *     LD_PRELOAD=build/torture.so WINNOW_TORTURE_COUNT=file winnow run x.yaml
 *         adds a line "run write 212" and the like for each process and kind at its end, and
 *         "run memory 17 new" for each call that is the first by its way from main()
 *
 * Kinds are the names of `kinds` below. Calls count from main() on, in each process by itself: a
 * worker, `winnow cell`, has the word cell. Calls that the C library makes of itself are not seen;
 * of stdio it is fopen that opens, and fflush or fclose that writes. A step of SQLite fails with a
 * result code of SQLite's (13: FULL), with its message.
 */
#define _GNU_SOURCE 1 /* RTLD_NEXT, open64, O_TMPFILE */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <spawn.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { MEMORY, OPEN, READ, WRITE, SYNC, SIZE, NAME, FOLDER, MAP, PIPE, SPAWN, STEP, KINDS };
static const char *const kinds[KINDS] = {
    [MEMORY] = "memory", [OPEN] = "open", [READ] = "read",   [WRITE] = "write",
    [SYNC] = "sync",     [SIZE] = "size", [NAME] = "name",   [FOLDER] = "folder",
    [MAP] = "map",       [PIPE] = "pipe", [SPAWN] = "spawn", [STEP] = "step",
};

static atomic_bool counting;
static atomic_long counts[KINDS];
static const char *command, *report;
static enum kind victim = KINDS;
static long first, last;
static int reason;

/* Of each way to a call of a kind, a hash of the return addresses in winnow (libraries' ways within
 * themselves are their own affair); 0: a free place. */
static _Atomic uint64_t ways[1 << 18];
static uintptr_t winnow_begin, winnow_end;
static int news = -1;

/* The first is the program itself. */
static int find_winnow(struct dl_phdr_info *about, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    winnow_begin = about->dlpi_addr;
    for (int i = 0; i < about->dlpi_phnum; i++)
        if (about->dlpi_phdr[i].p_type == PT_LOAD)
            winnow_end =
                about->dlpi_addr + about->dlpi_phdr[i].p_vaddr + about->dlpi_phdr[i].p_memsz;
    return 1;
}

/* Adds the n-th call of the kind to the report if no other came this way. */
static void report_way(enum kind kind, long n)
{
    static _Thread_local bool within;
    void *calls[64];
    if (within)
        return;
    within = true;
    const int depth = backtrace(calls, 64);
    within = false;
    uint64_t hash = 1 + (uint64_t)kind;
    for (int i = 0; i < depth; i++)
        if ((uintptr_t)calls[i] - winnow_begin < winnow_end - winnow_begin)
            hash = (hash ^ (uintptr_t)calls[i]) * 0x9e3779b97f4a7c15;
    hash |= 1;
    for (uint64_t place = hash >> 46;; place = (place + 1) % (1 << 18)) {
        uint64_t found = 0;
        if (atomic_compare_exchange_strong(&ways[place], &found, hash)) {
            dprintf(news, "%s %s %ld new\n", command, kinds[kind], n);
            return;
        }
        if (found == hash)
            return;
    }
}

/* Whether this call is one that fails; errno says why. */
static bool fails(enum kind kind)
{
    if (!counting)
        return false;
    const long n = ++counts[kind];
    if (report)
        report_way(kind, n);
    if (kind != victim || n < first || n > last)
        return false;
    errno = reason;
    return true;
}

/* Of a file on a disk: no pipe, terminal or socket is full. */
static bool fails_on_disk(enum kind kind, int file)
{
    struct stat about;
    const int before = errno;
    const bool on_disk = counting && fstat(file, &about) == 0 && S_ISREG(about.st_mode) &&
                         (kind == READ || (fcntl(file, F_GETFL) & O_ACCMODE) != O_RDONLY);
    errno = before;
    return on_disk && fails(kind);
}

static bool fails_to_flush(FILE *file)
{
    return __fpending(file) > 0 && fails_on_disk(WRITE, fileno(file));
}

/* "write:17+:28:run" */
static void read_order(const char *order)
{
    char kind[16], more[2] = "", who[16];
    if (sscanf(order, "%15[a-z]:%ld%1[+]:%d:%15s", kind, &first, more, &reason, who) != 5 &&
        sscanf(order, "%15[a-z]:%ld:%d:%15s", kind, &first, &reason, who) != 4)
        abort();
    last = more[0] ? __LONG_MAX__ : first;
    for (int i = 0; i < KINDS && strcmp(who, command) == 0; i++)
        if (strcmp(kinds[i], kind) == 0)
            victim = (enum kind)i;
}

__attribute__((constructor)) static void begin(int argc, char **argv)
{
    char self[4096];
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    const char *order = getenv("WINNOW_TORTURE");
    if (length < 7 || memcmp(self + length - 7, "/winnow", 7) != 0)
        return;
    command = argc > 1 ? argv[1] : "";
    report = getenv("WINNOW_TORTURE_COUNT");
    if (order)
        read_order(order);
    if (report) {
        void *call;
        backtrace(&call, 1); /* the first time it asks for memory itself */
        dl_iterate_phdr(find_winnow, NULL);
        news = open(report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    }
    counting = order || report;
}

__attribute__((destructor)) static void end(void)
{
    char text[64 * KINDS];
    int used = 0;
    if (!counting || !report)
        return;
    counting = false;
    for (int i = 0; i < KINDS; i++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s %s %ld\n", command, kinds[i],
                         counts[i]);
    if (write(news, text, (size_t)used) != used)
        abort();
}

/* ---- Memory -----------------------------------------------------------------------------------*/

/* glibc's own names for them: dlsym() allocates. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *pointer, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

void *malloc(size_t size)
{
    return fails(MEMORY) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(MEMORY) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size)
{
    return fails(MEMORY) ? NULL : __libc_realloc(pointer, size);
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return fails(MEMORY) ? NULL : __libc_memalign(alignment, size);
}

int posix_memalign(void **ret_pointer, size_t alignment, size_t size)
{
    void *pointer = fails(MEMORY) ? NULL : __libc_memalign(alignment, size);
    if (!pointer)
        return ENOMEM;
    *ret_pointer = pointer;
    return 0;
}

/* ---- System calls -----------------------------------------------------------------------------*/

/* `real`: what the name means without this file. */
#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (!real)                                                                                     \
    *(void **)(void *)&real = dlsym(RTLD_NEXT, #name)

/* CALL(kind, what it returns then, type, name, (parameters), arguments) */
#define CALL(kind, ...) CALL_IF(fails(kind), __VA_ARGS__)
#define CALL_ON_DISK(kind, ...) CALL_IF(fails_on_disk(kind, file), __VA_ARGS__)
#define CALL_IF(condition, failed, type, name, parameters, ...)                                    \
    type name parameters                                                                           \
    {                                                                                              \
        REAL(name);                                                                                \
        return condition ? (failed) : real(__VA_ARGS__);                                           \
    }

/* With a mode where a file may be made. */
#define OPENS(name, parameters, ...)                                                               \
    int name parameters                                                                            \
    {                                                                                              \
        REAL(name);                                                                                \
        mode_t mode = 0;                                                                           \
        va_list rest;                                                                              \
        va_start(rest, flags);                                                                     \
        if (flags & (O_CREAT | O_TMPFILE))                                                         \
            mode = va_arg(rest, mode_t);                                                           \
        va_end(rest);                                                                              \
        return fails(OPEN) ? -1 : real(__VA_ARGS__, flags, mode);                                  \
    }

OPENS(open, (const char *path, int flags, ...), path)
OPENS(open64, (const char *path, int flags, ...), path)
OPENS(openat, (int folder, const char *path, int flags, ...), folder, path)
OPENS(openat64, (int folder, const char *path, int flags, ...), folder, path)
CALL(OPEN, NULL, FILE *, fopen, (const char *path, const char *mode), path, mode)
CALL(OPEN, NULL, FILE *, fopen64, (const char *path, const char *mode), path, mode)

CALL_ON_DISK(READ, -1, ssize_t, read, (int file, void *to, size_t size), file, to, size)
CALL_ON_DISK(READ, -1, ssize_t, pread, (int file, void *to, size_t size, off_t at), file, to, size,
             at)
CALL_ON_DISK(READ, -1, ssize_t, pread64, (int file, void *to, size_t size, off64_t at), file, to,
             size, at)

CALL_ON_DISK(WRITE, -1, ssize_t, write, (int file, const void *from, size_t size), file, from, size)
CALL_ON_DISK(WRITE, -1, ssize_t, pwrite, (int file, const void *from, size_t size, off_t at), file,
             from, size, at)
CALL_ON_DISK(WRITE, -1, ssize_t, pwrite64, (int file, const void *from, size_t size, off64_t at),
             file, from, size, at)
CALL_IF(file &&fails_to_flush(file), EOF, int, fflush, (FILE * file), file)

/* The file is closed even so. */
int fclose(FILE *file)
{
    REAL(fclose);
    const int failed = fails_to_flush(file), closed = real(file);
    errno = failed ? reason : errno;
    return failed ? EOF : closed;
}

CALL(SYNC, -1, int, fsync, (int file), file)
CALL(SYNC, -1, int, fdatasync, (int file), file)
CALL(SIZE, -1, int, ftruncate, (int file, off_t size), file, size)
CALL(SIZE, -1, int, ftruncate64, (int file, off64_t size), file, size)
CALL(SIZE, reason, int, posix_fallocate, (int file, off_t at, off_t size), file, at, size)
CALL(SIZE, reason, int, posix_fallocate64, (int file, off64_t at, off64_t size), file, at, size)

CALL(NAME, -1, int, rename, (const char *from, const char *to), from, to)
CALL(NAME, -1, int, link, (const char *from, const char *to), from, to)
CALL(NAME, -1, int, linkat, (int folder, const char *from, int other, const char *to, int flags),
     folder, from, other, to, flags)
CALL(FOLDER, -1, int, mkdir, (const char *path, mode_t mode), path, mode)
CALL(FOLDER, NULL, char *, mkdtemp, (char *path), path)

CALL(MAP, MAP_FAILED, void *, mmap,
     (void *at, size_t size, int allowed, int flags, int file, off_t from), at, size, allowed,
     flags, file, from)
CALL(MAP, MAP_FAILED, void *, mmap64,
     (void *at, size_t size, int allowed, int flags, int file, off64_t from), at, size, allowed,
     flags, file, from)
CALL(PIPE, -1, int, pipe2, (int ends[2], int flags), ends, flags)
CALL(PIPE, -1, int, pipe, (int ends[2]), ends)
CALL(SPAWN, reason, int, posix_spawn,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]),
     pid, path, actions, attributes, argv, environment)
CALL(SPAWN, reason, int, posix_spawnp,
     (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,
      const posix_spawnattr_t *attributes, char *const argv[], char *const environment[]),
     pid, path, actions, attributes, argv, environment)

/* ---- SQLite -----------------------------------------------------------------------------------*/

static void give_reason(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    (void)arguments;
    sqlite3_result_error_code(context, reason);
}

/* The connection shall say the same: a statement fails that does nothing else. */
static int step_that_fails(sqlite3 *db)
{
    sqlite3_stmt *statement;
    counting = false;
    sqlite3_create_function(db, "torture", 0, SQLITE_UTF8, NULL, give_reason, NULL, NULL);
    if (sqlite3_prepare_v2(db, "SELECT torture()", -1, &statement, NULL) != SQLITE_OK)
        abort();
    sqlite3_step(statement);
    const int code = sqlite3_finalize(statement);
    counting = true;
    return code;
}

/* SQLite calls both functions itself, and takes no failure of them that it does not know of. */
static bool is_sqlite(const void *caller)
{
    Dl_info about;
    return dladdr(caller, &about) && strstr(about.dli_fname, "libsqlite3");
}

#define STEP_FAILS (counting && !is_sqlite(__builtin_return_address(0)) && fails(STEP))

/* Which has failed, and says so again at its end. */
static sqlite3_stmt *failed_statement;

int sqlite3_step(sqlite3_stmt *statement)
{
    REAL(sqlite3_step);
    if (!STEP_FAILS)
        return real(statement);
    failed_statement = statement;
    return step_that_fails(sqlite3_db_handle(statement));
}

int sqlite3_finalize(sqlite3_stmt *statement)
{
    REAL(sqlite3_finalize);
    sqlite3 *db = sqlite3_db_handle(statement);
    const int code = real(statement);
    if (!statement || statement != failed_statement)
        return code;
    failed_statement = NULL;
    return step_that_fails(db);
}

int sqlite3_exec(sqlite3 *db, const char *sql, int (*row)(void *, int, char **, char **),
                 void *context, char **ret_text)
{
    REAL(sqlite3_exec);
    return STEP_FAILS ? step_that_fails(db) : real(db, sql, row, context, ret_text);
}
