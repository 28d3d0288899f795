// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_COLLECTING_H
#define CPROF_CLI_COLLECTING_H

#include "cli/args.h"

// Collects snapshots until the last one or a signal, and returns the exit status.
int collecting_main(const struct args *args);

// Whether the arguments go together with -collect. -1 with *err filled where not.
int collecting_check(const struct args *args, struct err *err);

#endif
