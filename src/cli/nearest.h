// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_NEAREST_H
#define CPROF_CLI_NEAREST_H

#include "base/span.h"

// The flag, of those that there are, that is most like a mistyped one; NULL where none is close.
const char *nearest_flag(struct span typed);

// The same among the shell's commands, options and reports.
const char *nearest_command(struct span typed);

// The same among the options that the shell has.
const char *nearest_option(struct span typed);

#endif
