// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_PROGRESS_H
#define CPROF_CLI_PROGRESS_H

#include <pthread.h>

#include "base/job.h"

// The line that tells a terminal how far a job is: overwritten, and gone when the job is done or
// something else is said. Any thread may tell it.

// What a job calls; context is not used. Steps whose end nobody knows are shown with the time they
// take, once that is more than half a second.
void progress_show(void *context, const struct job_progress *progress);

// Standard error is the caller's alone between these two, with no progress on its line.
void progress_hold(void);
void progress_let_go(void);

#endif
