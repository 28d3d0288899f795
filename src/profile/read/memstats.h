// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_MEMSTATS_H
#define CPROF_PROFILE_READ_MEMSTATS_H

#include "base/span.h"
#include "base/stream.h"

struct job;

// Go's runtime.MemStats (https://pkg.go.dev/runtime#MemStats): bytes, counts and nanoseconds.
struct memstats {
    int64_t alloc, total_alloc, sys, lookups, mallocs, frees;
    int64_t heap_alloc, heap_sys, heap_idle, heap_inuse, heap_released, heap_objects;
    int64_t stack_inuse, stack_sys, mspan_inuse, mspan_sys, mcache_inuse, mcache_sys;
    int64_t buck_hash_sys, gc_sys, other_sys;
    int64_t next_gc, last_gc; // last_gc: since 1970; 0: there was none
    int64_t num_gc, num_forced_gc;
    double gc_cpu_fraction;
    int64_t pause_last, pause_worst; // of the last 256; 0: there was none
    int64_t max_rss;                 // 0: not told
};

// Reads them from the end of a heap's text (debug=1), or from what expvar gives as JSON at
// /debug/vars, where they are called memstats; also from an object that is nothing else. -1 with
// *err filled where they are not there.
int memstats_read(struct memstats *out, struct stream *in, const struct job *job, struct err *err);

// Takes a line of that text but for its pauses: "# HeapIdle = 794624".
void memstats_take_line(struct memstats *m, struct span line);

#endif
