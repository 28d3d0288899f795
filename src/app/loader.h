// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_LOADER_H
#define CPROF_APP_LOADER_H

#include "app/bundle.h"
#include "app/loaded.h"
#include "symbol/remote.h"

// What the parts that load profiles share.

struct loader {
    struct loaded *fresh;
    const struct config *config;
    const char *binary;      // the program that was profiled, by the command line; or NULL
    bool keep_sides;         // whatever the config wants now
    bool one_type;           // values of the config's sample type are enough
    bool series;             // each profile is a side of its own
    size_t n_read;           // profiles of the last that were added up
    struct fetcher *fetcher; // where there are URLs
    struct remotes *remotes; // the same: whom to ask for names
    struct bundle *bundle;   // that is being read, or NULL
    struct buf skipped;      // a line for each that was left out
    const struct job *job;
    struct err *err;
};

// Reads and adds up the profiles at some places, or those of the bundle where there is one; in a
// series each becomes a side. 0, or -1 with *err filled and nothing to release.
int loader_read(struct loader *l, struct profile *out, char *const *paths, size_t n);

#endif
