// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_SYMBOLIZE_H
#define CPROF_SYMBOL_SYMBOLIZE_H

#include "base/job.h"
#include "profile/profile.h"
#include "symbol/mode.h"

// Gives the locations of a profile functions and lines from the files of its mappings on this
// machine, as the mode says, and plain names to all functions. Mappings that have names already
// stay as they are unless the mode forces it. What cannot be found is noted. The profile has to
// have its arena. -1 with *err filled where the job was stopped.
int symbolize(struct profile *p, const struct symbolize_mode *mode, const struct job *job,
              struct err *err);

#endif
