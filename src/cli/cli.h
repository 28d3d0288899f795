// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_CLI_H
#define CPROF_CLI_CLI_H

#include "app/app.h"

enum exit_status { EXIT_DONE = 0, EXIT_FAILED = 1, EXIT_MISUSED = 2, EXIT_GATED = 3 };

// Runs one command line; returns the exit status.
int cli_main(int argc, char **argv);

#endif
