// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_SYMBOLIZE_H
#define CPROF_SYMBOL_SYMBOLIZE_H

#include "base/job.h"
#include "profile/profile.h"
#include "symbol/mode.h"
#include "symbol/remote.h"

// Gives the locations of a profile functions and lines from the files of its mappings on this
// machine, as the mode says, and plain names to all functions. Mappings that have names already
// stay as they are unless the mode forces it. What cannot be found is noted. The profile has to
// have its arena. -1 with *err filled where the job was stopped.
//
// What is in none of the files, the services are asked about that the profile was fetched from;
// remotes is NULL where it was not.
int symbolize(struct profile *p, const struct symbolize_mode *mode, struct remotes *remotes,
              const struct remote_asking *asking, const struct job *job, struct err *err);

#endif
