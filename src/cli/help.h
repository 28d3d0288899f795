// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_HELP_H
#define CPROF_CLI_HELP_H

#include "base/buf.h"

// Texts made from the tables of options and commands.
void help_usage(struct buf *out);
void help_version(struct buf *out);

#endif
