// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SINK_PROCESS_H
#define CPROF_SINK_PROCESS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/job.h"

// Other programs, started without a shell and found on PATH. argv ends with NULL.

// Gives a program its standard input and collects its standard output. 0, or -1 with *err filled
// where it cannot be started or fails; *missing tells whether it is not there at all.
// When the job is stopped the program is ended.
int process_filter(char *const argv[], struct span in, struct buf *out, bool *missing,
                   const struct job *job, struct err *err);

// A program that reads what is written to it.
struct process {
    int to;   // its standard input
    long pid; // 0: none
};

// Runs a command line of the user's own with the shell. -1 with *err filled.
int process_start(struct process *p, const char *command, struct err *err);

// Closes its input and waits for it to end.
void process_end(struct process *p);

// Runs a command line of the user's own with the shell, in a group of its own and with variables,
// "NAME=value" each, in its environment; NULL ends them. What it prints goes to standard error. It
// is killed after so many seconds. 0, or -1 with *err filled where it cannot be started, fails or
// was killed.
int process_run(const char *command, char *const variables[], int seconds, struct err *err);

// Starts a program that shows something, waits for it to end, and for a few seconds at least: it
// may only have passed the work on to another. -1 where it cannot be started.
int process_show(char *const argv[]);

// Writes a file that only the user can read to the directory for temporary files; its name ends
// with ".suffix". Returns the path, owned, or NULL with *err filled.
char *process_temporary(const char *suffix, struct span content, struct err *err);

#endif
