// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RUN_H
#define CPROF_SYMBOL_RUN_H

#include "base/buf.h"
#include "base/job.h"

// Runs a program, found in PATH where its name has no slash, without a shell and in the C locale,
// and adds what it writes. It gets nothing to read, its complaints are lost, and it is ended when
// it takes longer than a minute or writes more than 256 MiB. 0, or -1 with *err filled and *missing
// saying whether there is no such program.
int run_and_read(char *const argv[], struct buf *out, bool *missing, const struct job *job,
                 struct err *err);

#endif
