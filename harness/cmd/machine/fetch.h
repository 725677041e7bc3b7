/*
 * fetch: the command line of `winnow fetch`, which winnow and winnow-fetch both read.
 */
#pragma once

#include "harness/cmd/kit/cmd.h"
#include "harness/data/data.h"

enum fetch_via { FETCH_VIA_ADDRESS, FETCH_VIA_NPM };

struct fetch_values {
    const char *data_dir, *from, *sums;
    int via; /* enum fetch_via */
    double stall;
};

extern const struct cmd_line fetch_line;

/* -1: go on, and the dataset can be fetched in that way. Otherwise the exit code; what had to be
 * said was printed. */
int fetch_parse(int argc, char **argv, struct fetch_values *ret_values,
                const struct dataset_type **ret_type);
