// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_REMOTE_H
#define CPROF_SYMBOL_REMOTE_H

#include "base/buf.h"
#include "base/job.h"
#include "profile/profile.h"

// Names for addresses from the services that profiles were fetched from: such a service knows what
// is at the addresses of its own memory.
struct remotes;

// Asks the service of a place about addresses, "0x1+0xa2", and appends its answer, lines of
// "0x1 name". 0, or -1 with *err filled, which names the URL.
struct remote_asking {
    int (*ask)(void *context, const char *place, struct span addresses, struct buf *answer,
               struct err *err);
    void *context;
};

struct remotes *remotes_new(void);
void remotes_free(struct remotes *r); // may be NULL

// Notes where the mappings of a profile come from, on any thread. A mapping with no name and no
// build id is named after the place, as `shown`, until all is loaded: so that those of two services
// stay apart.
void remotes_add(struct remotes *r, struct profile *p, const char *place, struct span shown);

// Gives the locations without lines names, mapping by mapping: of those without names of functions,
// or with force of all. A service that does not answer is noted once, and the addresses stay.
// Rules: google/pprof's internal/symbolz/symbolz.go.
void remotes_symbolize(struct remotes *r, struct profile *p, bool force,
                       const struct remote_asking *asking, const struct job *job);

#endif
