// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_PREPARE_H
#define CPROF_APP_PREPARE_H

#include "app/config.h"
#include "base/job.h"
#include "profile/profile.h"
#include "symbol/remote.h"

// What is done once to a profile that was read and merged, before anyone sees it: addresses get
// names from binaries, names are shortened, frames that the profile asks to drop are dropped,
// addresses of servers are not names of programs.

// 0, or -1 with *err filled and the profile released.
int prepare_profile(struct profile *p, const struct config *config, struct remotes *remotes,
                    const struct remote_asking *asking, const struct job *job, struct err *err);

// Whether names are to be shortened, and binaries on this machine read, by the option symbolize.
bool prepare_names(const char *symbolize);
bool prepare_reads_binaries(const char *symbolize);

#endif
