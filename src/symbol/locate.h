// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_LOCATE_H
#define CPROF_SYMBOL_LOCATE_H

#include "base/job.h"
#include "profile/profile.h"

// Gives each mapping the name of its file on this machine, where one is in the directories of the
// search path, which is separated by colons: by build id, by name and by path, in the layouts that
// google/pprof knows (locateBinaries in internal/driver/fetch.go): of perf, of build ids as
// debugging information has them, and as debuggers look for them. A file of another build id is
// noted and left alone.
void locate_binaries(struct profile *p, struct span search_path, const struct job *job);

#endif
