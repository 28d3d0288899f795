// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_PARTS_H
#define CPROF_PROFILE_PARTS_H

#include "base/parallel.h"
#include "profile/profile.h"

// A profile's samples in parts, for parallel_run.

struct sample_range {
    uint32_t first, end;
};

// Into how many parts to split the samples where each part needs room for n entries.
static inline unsigned sample_parts(const struct profile *p, uint32_t n, const struct job *job)
{
    enum { LEAST = 10000, PER_ENTRY = 4 };
    uint32_t most = p->n_samples / (n / PER_ENTRY + LEAST);
    unsigned threads = parallel_threads(job);
    return most < 1 ? 1 : most < threads ? most : threads;
}

static inline struct sample_range sample_range(const struct profile *p, unsigned part,
                                               unsigned n_parts)
{
    return (struct sample_range){(uint32_t)parallel_begin(p->n_samples, part, n_parts),
                                 (uint32_t)parallel_begin(p->n_samples, part + 1, n_parts)};
}

// Whether one of some frames has a location whose bit is set: bits, since those of a large
// profile's locations fit into the nearest cache.
static inline bool frames_any(const uint64_t *bits, const uint32_t *frames, uint32_t n)
{
    uint64_t any = 0;
    for (uint32_t i = 0; i < n; i++)
        any |= bits[frames[i] / 64] >> frames[i] % 64;
    return any & 1;
}

#endif
