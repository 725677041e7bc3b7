/*
 * cmd_emit: the verbs of winnow emit that have a file of their own: argv[0] is the verb.
 */
#pragma once

int cmd_emit_pending(int argc, char **argv);
