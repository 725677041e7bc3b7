#include "harness/machine/kernel_file.h"

#include "base/str.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int64_t number_of(const char *line)
{
    char *end;
    const long long number = strtoll(line, &end, 10);
    return end == line ? -1 : number;
}

/* Of the first line that begins so; -1: there is none. */
static int64_t number_after(const char *path, const char *start)
{
    struct str line = {0};
    const int64_t number = str_add_line(&line, path, start) ? number_of(line.text) : -1;
    str_release(&line);
    return number;
}

int64_t kernel_number(const char *format, ...)
{
    char path[KERNEL_PATH];
    va_list arguments;
    va_start(arguments, format);
    const int length = vsnprintf(path, sizeof path, format, arguments);
    va_end(arguments);
    return length > 0 && length < (int)sizeof path ? number_after(path, "") : -1;
}

/* ---- cgroups ---- */

/* "cpu" is among "cpu,cpuacct". */
static bool lists_cpu(const char *controllers, size_t length)
{
    for (size_t from = 0; from < length;) {
        const size_t part = strcspn(controllers + from, ",:");
        if (part == 3 && strncmp(controllers + from, "cpu", part) == 0)
            return true;
        from += part + 1;
    }
    return false;
}

/* The folder and all above it up to base: a container sees its own cgroup as base. */
static void visit_upwards(const char *root, const char *base, const char *path,
                          void (*visit)(void *context, const char *folder), void *context)
{
    char folder[KERNEL_PATH];
    const int length = snprintf(folder, sizeof folder, "%s%s%s", root, base, path);
    if (length < 0 || length >= (int)sizeof folder)
        return;
    const size_t shortest = strlen(root) + strlen(base);
    for (size_t end = (size_t)length; end >= shortest; end--) {
        const bool last = end == shortest;
        if (!last && folder[end] != '/' && folder[end] != '\0')
            continue;
        folder[end] = '\0';
        if (last || folder[end - 1] != '/')
            visit(context, folder);
    }
}

void kernel_cgroups(const char *root, void (*visit)(void *context, const char *folder),
                    void *context)
{
    char path[KERNEL_PATH], line[KERNEL_PATH];
    snprintf(path, sizeof path, "%s/proc/self/cgroup", root);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file)) { /* "4:cpu,cpuacct:/path" or "0::/path" */
        line[strcspn(line, "\n")] = '\0';
        const char *controllers = strchr(line, ':');
        const char *folder = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!folder)
            continue;
        const size_t length = (size_t)(folder - controllers - 1);
        if (length == 0)
            visit_upwards(root, "/sys/fs/cgroup", folder + 1, visit, context);
        else if (lists_cpu(controllers + 1, length))
            visit_upwards(root, "/sys/fs/cgroup/cpu", folder + 1, visit, context);
    }
    if (file)
        fclose(file);
}

static void take_quota(void *context, const char *folder)
{
    double *least = context;
    char path[KERNEL_PATH + 16], *rest;
    struct str line = {0};
    snprintf(path, sizeof path, "%s/cpu.max", folder);
    str_add_line(&line, path, ""); /* "200000 100000", "max 100000" */
    int64_t quota = strtoll(str_text(&line), &rest, 10), period = number_of(rest);
    str_release(&line);
    if (quota <= 0) {
        quota = kernel_number("%s/cpu.cfs_quota_us", folder);
        period = kernel_number("%s/cpu.cfs_period_us", folder);
    }
    if (quota > 0 && period > 0 && (double)quota / (double)period < *least)
        *least = (double)quota / (double)period;
}

double kernel_quota(const char *root)
{
    double least = (double)INFINITY;
    kernel_cgroups(root, take_quota, &least);
    return least;
}

static void take_throttled(void *context, const char *folder)
{
    int64_t *sum = context;
    char path[KERNEL_PATH + 16];
    snprintf(path, sizeof path, "%s/cpu.stat", folder);
    const int64_t times = number_after(path, "nr_throttled ");
    if (times >= 0)
        *sum = (*sum < 0 ? 0 : *sum) + times;
}

int64_t kernel_quota_throttled(const char *root)
{
    int64_t sum = -1;
    kernel_cgroups(root, take_throttled, &sum);
    return sum;
}
