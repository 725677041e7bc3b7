/*
 * winnow: an experiment harness for data pruning with an honest clock. The command table, and what
 * is asked of all commands: help, manual pages, completion.
 */
#include "base/cpu.h"
#include "base/json.h"
#include "base/linalg.h"
#include "harness/cmd/kit/cmd.h"
#include "harness/cmd/kit/complete.h"
#include "harness/cmd/kit/man.h"
#include "harness/machine/environment.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const struct cmd commands[] = {
#define COMMAND(name, help) {#name, cmd_##name, help},
#include "harness/cmd/kit/commands.def"
};
enum { COMMANDS = sizeof commands / sizeof *commands };

static const char *name_at(const void *unused, size_t i)
{
    (void)unused;
    return i < COMMANDS ? commands[i].name : NULL;
}

static const struct cmd *find_command(const char *name)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (strcmp(name, commands[i].name) == 0)
            return &commands[i];
    return NULL;
}

static int unknown_command(const char *name)
{
    cmd_say("winnow: unknown command '%s'%s; see winnow --help\n", name,
            str_near(str_nearest(name, name_at, NULL), "").text);
    return EXIT_USAGE;
}

static int print_commands(FILE *out)
{
    fprintf(out, "usage: winnow COMMAND [FLAGS] [ARGUMENTS]\n\n");
    for (size_t i = 0; i < COMMANDS; i++)
        if (commands[i].help)
            fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].help);
    fprintf(out,
            "\nwinnow COMMAND --help lists a command's flags; winnow --version tells which it is.\n"
            "README.md is the place to start.\n");
    return EXIT_DONE;
}

/* ---- Help ---- */

enum shell { SHELL_NONE, SHELL_BASH, SHELL_ZSH, SHELL_FISH };
static const char *const shell_names[] = {"none", "bash", "zsh", "fish", NULL};

/* Each asks `winnow complete` and falls back to file names. */
static const char *const scripts[] = {
    [SHELL_BASH] = "_winnow()\n"
                   "{\n"
                   "    mapfile -t COMPREPLY < <(\n"
                   "        \"${COMP_WORDS[0]}\" complete \"${COMP_WORDS[@]:1:COMP_CWORD}\" "
                   "2>/dev/null)\n"
                   "}\n"
                   "complete -o default -F _winnow winnow\n",
    [SHELL_ZSH] = "#compdef winnow\n"
                  "_winnow()\n"
                  "{\n"
                  "    local -a found\n"
                  "    found=(${(f)\"$(${words[1]} complete \"${(@)words[2,CURRENT]}\" "
                  "2>/dev/null)\"})\n"
                  "    if (( $#found )); then compadd -- $found; else _files; fi\n"
                  "}\n"
                  "if [[ $funcstack[1] == _winnow ]]; then _winnow \"$@\" # found in $fpath\n"
                  "else compdef _winnow winnow; fi\n",
    [SHELL_FISH] = "complete -c winnow -a '(winnow complete (commandline -opc)[2..] "
                   "(commandline -ct) 2>/dev/null)'\n",
};

struct values {
    bool man;
    int completion; /* enum shell */
};

static const struct cmd_flag flags[] = {
    CMD_SWITCH(struct values, man, 0,
               "print the manual page, in roff: winnow help --man | man -l -"),
    CMD_ENUM(struct values, completion, 0, "SHELL", "none", shell_names,
             "print a script that completes winnow's words in the shell: eval it, or source it"),
    CMD_END,
};

static const struct cmd_line line = {
    "help", "[COMMAND [VERB]]", "Helps with a command, or lists them all.", flags, 0, 2,
};

int cmd_help(int argc, char **argv)
{
    struct values values;
    const char *arguments[2];
    const int done = cmd_parse(&line, argc, argv, &values, arguments);
    if (done >= 0)
        return done;
    if (values.completion) {
        fputs(scripts[values.completion], stdout);
        return EXIT_DONE;
    }
    const struct cmd *command = arguments[0] ? find_command(arguments[0]) : NULL;
    if (arguments[0] && !command)
        return unknown_command(arguments[0]);
    if (!command)
        return values.man
                   ? cmd_print_man_of_many("", "[FLAGS] [ARGUMENTS]", "COMMAND", commands, COMMANDS)
                   : print_commands(stdout);
    char name[64], verb[64], ask[] = CMD_ASK_MAN, help[] = "--help";
    snprintf(name, sizeof name, "%s", arguments[0]);
    snprintf(verb, sizeof verb, "%s", arguments[1] ? arguments[1] : "");
    if (values.man)
        return command->run(arguments[1] ? 3 : 2, (char *[]){name, ask, verb, NULL});
    return verb[0] ? command->run(3, (char *[]){name, verb, help, NULL})
                   : command->run(2, (char *[]){name, help, NULL});
}

int cmd_complete(int argc, char **argv)
{
    const struct cmd *command = argc > 2 ? find_command(argv[1]) : NULL;
    char ask[] = CMD_ASK_WORDS;
    for (size_t i = 0; argc <= 2 && i < COMMANDS; i++)
        if (commands[i].help)
            cmd_complete_name(commands[i].name, argc == 2 ? argv[1] : "");
    if (!command || !command->help)
        return EXIT_DONE;
    if (command->run == cmd_help && argc == 3) {
        for (size_t i = 0; i < COMMANDS && argv[2][0] != '-'; i++)
            if (commands[i].help)
                cmd_complete_name(commands[i].name, argv[2]);
    }
    argv[0] = argv[1];
    argv[1] = ask;
    return command->run(argc, argv);
}

static int run(int argc, char **argv)
{
    signal(SIGCHLD,
           SIG_DFL); /* ignored by whoever started it: then no child's end could be known */
    if (argc < 2) {
        print_commands(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return print_commands(stdout);
    if (strcmp(argv[1], "--version") == 0) {
        printf("winnow %s (%s)\n", environment_version(), environment_revision());
        return EXIT_DONE;
    }
    struct err err;
    if (cpu_check(&err)) {
        cmd_say("winnow: %s\n", err.text);
        return EXIT_USAGE;
    }
    const struct cmd *command = find_command(argv[1]);
    return command ? command->run(argc - 1, argv + 1) : unknown_command(argv[1]);
}

/* What libraries do as they are loaded comes after this. */
static void look_before_libraries_begin(int argc, char **argv, char **environment)
{
    struct err err;
    (void)argc;
    (void)argv;
    if (linalg_may_start(environment, &err) == 0)
        return;
    dprintf(STDERR_FILENO, "winnow: %s\n", err.text);
    _exit(EXIT_ENVIRONMENT);
}

__attribute__((section(".preinit_array"),
               used)) static void (*const first)(int, char **,
                                                 char **) = look_before_libraries_begin;

/* Not all commands look after each line whether it could be printed. */
int main(int argc, char **argv)
{
    cmd_open_streams();
    json_begin();
    const int code = run(argc, argv);
    const bool printed = fflush(stdout) == 0 && !ferror(stdout);
    if (code != EXIT_DONE || printed)
        return code;
    cmd_say("winnow: cannot write the output\n");
    return EXIT_ENVIRONMENT;
}
