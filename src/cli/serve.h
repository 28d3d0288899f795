// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SERVE_H
#define CPROF_CLI_SERVE_H

#include "app/serve.h"
#include "cli/args.h"

// The option http.

// -1 with *err filled where it does not go together with the other arguments or cannot be obeyed.
int serve_check(const struct args *args, const struct server_ops *ops, struct err *err);

// Serves until the job is stopped. -1 with *err filled where the profile cannot be loaded or the
// server cannot be started.
int serve_run(const struct args *args, const struct server_ops *ops, const struct job *job,
              struct err *err);

#endif
