// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_POPULATE_H
#define CPROF_BASE_POPULATE_H

#include <stdbool.h>

#include "base/span.h"

// Memory that one thread is about to write to and another has the system put pages under meanwhile:
// what lies between a stream's populate and arena_populate. Whoever calls has a lock for all of it.
// All zeros: nothing is asked.
enum { POPULATE_ASKED = 8 };
struct populate {
    struct span asked[POPULATE_ASKED]; // in turns; the oldest is forgotten
    unsigned n_asked, n_begun;
};

// Asks for what is written to next. Whether what is written to now, which was asked before, is
// done or begun; else it is not to be begun any more.
bool populate_ask(struct populate *p, struct span now, struct span next);

// Whether there is something to do: *memory.
bool populate_begin(struct populate *p, struct span *memory);

#endif
