// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_LOADSTATS_H
#define CPROF_APP_LOADSTATS_H

#include "app/loaded.h"

// Reads runtime.MemStats of places: texts of heaps (debug=1) or JSON of expvar. The time of each is
// the one in its name, where collect gave it one, else the file's; of a URL it is now. The caller's
// to unref; NULL with *err filled.
const struct loaded *loadstats(char *const *paths, size_t n_paths, const struct config *config,
                               const struct job *job, struct err *err);

#endif
