// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_INTERRUPT_H
#define CPROF_CLI_INTERRUPT_H

#include "base/job.h"

// Signals that ask the program to end what it does.

// From now on ^C stops the job. With `ends`, so do SIGTERM and SIGHUP, unless they are ignored; and
// a second signal ends the program at once.
void interrupt_catch(struct job *job, bool ends);

// Where such a signal came, ends the program by it, so that whoever started it sees that.
void interrupt_pass_on(void);

#endif
