// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_POOL_H
#define CPROF_BASE_POOL_H

// The process's one pool of threads: however many requests split their work at once, there are no
// more of these than the largest of them wants for itself. Threads come when they are first wanted
// and stay.

// Work that others may help with. The caller does it as well, whether or not anybody comes.
struct pool_task {
    void (*run)(void *context); // on a thread of the pool, once for each helper
    void *context;
    unsigned wanted, helping;       // helpers that have not come yet, and that are there
    struct pool_task *next, **back; // in the pool's queue, while helpers are wanted
};

// Asks for so many helpers. They come as threads are free; requests take turns.
void pool_ask(struct pool_task *task, unsigned helpers);

// Asks for no more, and returns when those that came have returned. A task that never asked is all
// zeros, and so is one that is over.
void pool_dismiss(struct pool_task *task);

#endif
