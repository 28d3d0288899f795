// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELLHELP_H
#define CPROF_CLI_SHELLHELP_H

#include "cli/shell.h"

// Without a terminal these go to standard error: standard output has reports alone.

void shell_greet(struct shell *sh);
void shell_show_options(const struct shell *sh);

// On a report, an option or a command of the shell; on all where the name is "".
int shell_help(const struct shell *sh, struct span name, struct err *err);

#endif
