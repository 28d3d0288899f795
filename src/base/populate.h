// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_POPULATE_H
#define CPROF_BASE_POPULATE_H

#include <pthread.h>
#include <stdbool.h>

#include "base/span.h"

// Memory that one thread is about to write to and another, when it has nothing better to do, has
// the system put pages under meanwhile: what lies between an arena whose blocks grow and
// arena_populate.
enum { POPULATE_ASKED = 8 };
struct populate {
    pthread_mutex_t *lock;             // the other thread's, for what follows
    pthread_cond_t *changed;           // it waits for that; or NULL
    bool served;                       // there is another thread by now
    struct span asked[POPULATE_ASKED]; // in turns; the oldest is forgotten
    unsigned n_asked, n_begun;
};

// Asks for what is written to next. Whether what is written to now, which was asked before, is
// done or begun; else it is not to be begun any more.
bool populate_ask(struct populate *p, struct span now, struct span next);

// Whether there is something to do: *memory. Called with the lock.
bool populate_begin(struct populate *p, struct span *memory);

#endif
