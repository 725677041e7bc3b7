#include "harness/run/pause.h"

#include "base/folder.h"
#include "base/str.h"
#include "base/time.h"

#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum pause_kind pause_kind_of(enum err_cause cause)
{
    REQUIRE(cause != ERR_OTHER);
    return cause == ERR_FULL ? PAUSE_FULL : PAUSE_LOCKED;
}

const char *pause_text(enum pause_kind kind, const char *path, struct arena *arena)
{
    if (kind != PAUSE_FULL)
        return arena_printf(arena, "database is locked by another program: waiting for %s", path);
    struct str text = {0};
    str_add(&text, "disk full: paused; make room in ");
    folder_of(path, &text);
    return str_keep(&text, arena);
}

/* The sentence about so long a pause. */
static void add_kind(struct str *text, enum pause_kind kind, double seconds)
{
    static const char *const parts[PAUSE_KINDS][2] = {
        [PAUSE_FULL] = {"paused for ", ": the disk was full"},
        [PAUSE_LOCKED] = {"paused for ", ": the database was locked by another program"},
        [PAUSE_STOPPED] = {"stopped for ", " by Ctrl-Z"},
        [PAUSE_SLEPT] = {"the machine slept for ", " in between"},
    };
    str_add(text, parts[kind][0]);
    str_add_duration(text, seconds);
    str_add(text, parts[kind][1]);
}

const char *pause_reason(const struct pause_ledger *before, const struct pause_ledger *now,
                         const char *known, struct arena *arena)
{
    struct str text = {0};
    if (known)
        str_add(&text, known);
    for (int i = 0; i < PAUSE_KINDS; i++) {
        const int64_t ns = now->ns[i] - before->ns[i];
        if (ns <= (i == PAUSE_SLEPT ? TIME_SECOND : 0))
            continue;
        if (text.length)
            str_add(&text, "; ");
        add_kind(&text, (enum pause_kind)i, (double)ns * 1e-9);
    }
    return text.length ? str_keep(&text, arena) : NULL;
}

bool pause_start_again(struct pause_start *start, struct err *err)
{
    if (err->cause == ERR_OTHER)
        return false;
    const enum pause_kind kind = pause_kind_of(err->cause);
    if (!start->since) {
        struct arena arena = {0};
        start->since = time_now();
        start->say(pause_text(kind, start->db, &arena));
        arena_release(&arena);
    }
    bool over;
    do {
        usleep(PAUSE_LOOK_MS * 1000);
        over = start->end && time_boot() >= start->end;
    } while (!over && kind == PAUSE_FULL && !pause_has_room(start->db));
    if (over)
        err_prefix(err, "the time is up: ");
    return !over;
}

void pause_start_end(const struct pause_start *start)
{
    struct str text = {0};
    if (!start->since)
        return;
    str_add(&text, "going on after ");
    str_add_duration(&text, (double)(time_now() - start->since) * 1e-9);
    start->say(str_text(&text));
    str_release(&text);
}

bool pause_has_room(const char *path)
{
    struct statvfs disk;
    struct str folder = {0};
    folder_of(path, &folder);
    const int failed = statvfs(str_text(&folder), &disk);
    str_release(&folder);
    /* Some file systems count no blocks. */
    return failed || disk.f_blocks == 0 ||
           (double)disk.f_bavail * (double)disk.f_frsize >= (double)PAUSE_ROOM_BYTES;
}
