// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_PIPELINE_H
#define CPROF_BASE_PIPELINE_H

#include <stdbool.h>

#include "base/job.h"

// Pieces of work that are handed in one after the other, done on several threads at once and taken
// out again in their order. The pieces' memory is the caller's: an array of slots, used in turn.
struct pipeline;

enum { PIPELINE_SLOTS_MAX = 16 };

struct pipeline_calls {
    void (*work)(void *context, unsigned slot); // on any thread
    void (*take)(void *context, unsigned slot); // on the thread that handed the piece in
    void *context;
};

// The pool's threads help once there is a piece for each thread; with one thread to be used,
// or where the pool has none to spare, all is done by the caller's.
struct pipeline *pipeline_new(const struct pipeline_calls *calls, const struct job *job);

// Before the first piece: has no more of them at hand than there are threads and two that are
// ready, without which a thread would wait whenever the caller does a piece itself. They are large.
void pipeline_keep_few(struct pipeline *p);

// The slot for the next piece, when it is free again; then hands in what is in it.
unsigned pipeline_next(struct pipeline *p);
void pipeline_push(struct pipeline *p);

// Called by work: passes the finished part of a piece to take, and returns when that has returned,
// or when the pipeline is being freed.
void pipeline_pass_on(struct pipeline *p, unsigned slot);

// Returns when everything is taken.
void pipeline_drain(struct pipeline *p);

// Gives up what is not taken yet.
void pipeline_free(struct pipeline *p);

#endif
