/*
 * exit: what the program's exit codes mean, to those who start it and to its own scheduler.
 */
#pragma once

enum exit_code {
    EXIT_DONE = 0,
    EXIT_CELLS_FAILED = 1,
    EXIT_USAGE = 2, /* the command line or a file is wrong */
    EXIT_GATE = 3,
    EXIT_ENVIRONMENT = 4, /* missing data, a machine that will not do */
    EXIT_DATABASE = 5,
    EXIT_CHECKPOINTED = 85, /* a cell that was told to stop, and goes on from there another time */
    EXIT_INTERRUPTED = 130,
};
