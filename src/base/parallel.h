// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_PARALLEL_H
#define CPROF_BASE_PARALLEL_H

#include <stddef.h>
#include <stdint.h>

#include "base/job.h"

// Work on several threads. Whatever is split must give the same result however many threads there
// are: parts write to places of their own, and sums are brought together in the parts' order.

// How many threads may work for a job at once: as many as the machine has processors for this
// program, where the job does not say. A thread that is one of several itself has just itself.
unsigned parallel_threads(const struct job *job);

// Calls part(context, i) for each i below n_parts, several at once, and returns when all are done.
// The pool's threads help (base/pool.h).
void parallel_run(const struct job *job, unsigned n_parts, void (*part)(void *context, unsigned i),
                  void *context);

// Where a part of n things begins when they are split evenly, which is where the one before ends.
static inline size_t parallel_begin(size_t n, unsigned part, unsigned n_parts)
{
    return (size_t)((uint64_t)n * part / n_parts);
}

#endif
