#include "harness/run/watchdog.h"

#include "harness/plan/estimate.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

/* "2 h", "90 s", "5 min": as it was most likely written. */
static void describe_duration(double seconds, char *ret_text, size_t size)
{
    const double hours = seconds / 3600, minutes = seconds / 60;
    if (hours >= 1 && hours == floor(hours))
        snprintf(ret_text, size, "%g h", hours);
    else if (minutes >= 1 && minutes == floor(minutes))
        snprintf(ret_text, size, "%g min", minutes);
    else
        snprintf(ret_text, size, "%g s", seconds);
}

/* What the process holds; 0 where it is gone. */
static int64_t resident_bytes(pid_t pid)
{
    char path[64];
    int64_t all, resident = 0;
    snprintf(path, sizeof path, "/proc/%ld/statm", (long)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    if (fscanf(file, "%" SCNd64 " %" SCNd64, &all, &resident) != 2)
        resident = 0;
    fclose(file);
    return resident * sysconf(_SC_PAGESIZE);
}

bool watchdog_barks(const struct limits *limits, double seconds, pid_t pid,
                    struct watchdog_verdict *ret_verdict)
{
    if (limits->timeout > 0 && seconds > limits->timeout) {
        char text[64];
        describe_duration(limits->timeout, text, sizeof text);
        ret_verdict->cause = CAUSE_TIMEOUT;
        snprintf(ret_verdict->reason, sizeof ret_verdict->reason, "timeout: over %s", text);
        return true;
    }
    const int64_t held = limits->memory > 0 && pid > 0 ? resident_bytes(pid) : 0;
    if (held <= limits->memory)
        return false;
    struct str text = {0};
    str_add_size(&text, held);
    str_add(&text, " held, over the limit of ");
    str_add_size(&text, limits->memory);
    ret_verdict->cause = CAUSE_MEMORY;
    snprintf(ret_verdict->reason, sizeof ret_verdict->reason, "memory: %s", str_text(&text));
    str_release(&text);
    return true;
}
