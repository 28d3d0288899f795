// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_HELP_H
#define CPROF_CLI_HELP_H

#include "base/buf.h"

// Texts made from the tables of options and commands.
void help_usage(struct buf *out);

// On one report, option or flag, with an example; in the shell's words or the command line's.
// False where there is nothing of the name.
bool help_one(struct buf *out, struct span name, bool shell);

void help_version(struct buf *out);

#endif
