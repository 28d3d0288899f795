// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_CLI_H
#define CPROF_CLI_CLI_H

#include "app/serve.h"

// How a run ends. A signal that ends it is passed on, so that a shell sees 130 or 143.
enum exit_status {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, // an input is missing, damaged or no profile: another try ends the same
    EXIT_MISUSED = 2,
    EXIT_GATED = 3,
    EXIT_UNWRITTEN = 4, // the output
    EXIT_LOST = 5,      // a source could not be reached, or failed while it was read: try again
};

// Runs one command line; returns the exit status. The server is NULL where this build has none.
int cli_main(int argc, char **argv, const struct server_ops *server);

#endif
