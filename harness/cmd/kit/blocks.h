/*
 * cmd_blocks: which blocks of a plan a budget would reach, as `winnow plan --deadline` shows them.
 */
#pragma once

#include "harness/run/run.h"

#include <jansson.h>

/* To stdout; options->budget is the time. */
void cmd_print_blocks(const struct plan *plan, const struct run_options *options);
/* [{"dataset": ..., "model": ..., "seed": 0, "cells": 9, "eta_s": 12.5, "runs": true}, ...] */
json_t *cmd_blocks_json(const struct plan *plan, const struct run_options *options);
