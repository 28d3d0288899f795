// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_REPL_H
#define CPROF_CLI_REPL_H

#include "cli/shell.h"

// Reads lines with editing, completion and history from the terminal until the session ends. -1
// with *err filled where there is no editor.
int repl_run(struct shell *sh, struct err *err);

#endif
