/*
 * winnow: an experiment harness for data pruning with an honest clock. The command table, nothing
 * else.
 */
#include "harness/cmd/kit/cmd.h"
#include "harness/machine/environment.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct cmd commands[] = {
    {"run", cmd_run, "train every cell of an experiment that is not done yet"},
    {"plan", cmd_plan, "show what would run and what is done"},
    {"check", cmd_check, "validate an experiment file, nothing else"},
    {"status", cmd_status, "show the progress and the results of a grid"},
    {"sql", cmd_sql, "ask the database, read-only"},
    {"compare", cmd_compare, "compare pruners, paired over seeds: points lost, time gained"},
    {"plot", cmd_plot, "draw figures from a database"},
    {"paper", cmd_paper, "repeat a paper: its experiments, figures, tables and claims"},
    {"report", cmd_report, "write an experiment as one HTML page"},
    {"list", cmd_list, "list datasets, models, pruners and figures with their options"},
    {"show", cmd_show, "show one cell: its recipe, attempts and where the time went"},
    {"scores", cmd_scores, "write the scores and the kept samples of a cell as CSV"},
    {"why", cmd_why, "tell the story of one cell: its state, its attempts, what to do"},
    {"logs", cmd_logs, "write what a failed attempt left on its stderr"},
    {"db", cmd_database, "check a database, copy it, clear away what no experiment needs"},
    {"doctor", cmd_doctor, "show what this machine offers and what winnow makes of it"},
    {"bench", cmd_bench, "measure how fast the models train on this machine"},
    {"emit", cmd_emit, "write an experiment as jobs for Slurm, or for GNU parallel over ssh"},
    {"merge", cmd_merge, "take in what such jobs left, or another database"},
    {"cell", cmd_cell, NULL},
};

static const char *name_at(const void *unused, size_t i)
{
    (void)unused;
    return i < sizeof commands / sizeof *commands ? commands[i].name : NULL;
}

static void print_commands(FILE *out)
{
    fprintf(out, "usage: winnow COMMAND [FLAGS] [ARGUMENTS]\n\n");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (commands[i].help)
            fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(out, "\nwinnow COMMAND --help tells a command's flags, winnow --version its revision.\n"
                 "README.md has the tour.\n");
}

int main(int argc, char **argv)
{
    cmd_open_streams();
    signal(SIGCHLD,
           SIG_DFL); /* ignored by whoever started it: then no child's end could be known */
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_commands(stdout);
        return EXIT_DONE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("winnow %s\n", environment_revision());
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    fprintf(stderr, "winnow: unknown command '%s'%s; see winnow --help\n", argv[1],
            str_near(str_nearest(argv[1], name_at, NULL), "").text);
    return EXIT_USAGE;
}
