// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_RUNNER_H
#define CPROF_APP_RUNNER_H

#include "base/job.h"
#include "base/span.h"

// A command line of the user's own that is run now and then, on a thread of its own, one at a time.
struct runner;

// What one run is told in its environment: CPROF_GATE, CPROF_VALUE, CPROF_LIMIT, CPROF_SNAPSHOT.
struct runner_facts {
    struct span gate, value, limit, snapshot;
};

// NULL where the command is empty.
struct runner *runner_new(const char *command, const struct job *job);

// Queues a run; *facts is copied. Where too many wait already, that is noted instead.
void runner_add(struct runner *r, const struct runner_facts *facts);

// Waits for what runs and, unless it is dropped, for what is queued; frees the runner, which may be
// NULL.
void runner_free(struct runner *r, bool drop);

#endif
