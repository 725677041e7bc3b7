/*
 * cmd_emit: the verbs of winnow emit that have a file of their own: argv[0] is the verb.
 */
#ifndef WINNOW_CMD_EMIT_H
#define WINNOW_CMD_EMIT_H

int cmd_emit_pending(int argc, char **argv);

#endif
