// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_CREW_H
#define CPROF_PROFILE_CREW_H

#include "profile/batch.h"

// The threads of a job at work on one large source: others map its samples, and have the system put
// pages under the sum, while the caller's merges those before, in their order.

struct crew_calls {
    void (*take)(void *context, struct batch *b); // fills the next; n is 0 where there is no more
    int (*merge)(void *context, const struct batch *b); // not 0: nothing more is to be done
    void *context;
};

// Whether the source is large and the job has threads.
bool crew_wanted(const struct intake *s);

// Calls both on the caller's thread until there is no more. What merge said last.
int crew_run(struct intake *s, const struct crew_calls *calls);

#endif
