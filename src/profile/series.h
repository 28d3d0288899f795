// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_SERIES_H
#define CPROF_PROFILE_SERIES_H

#include "profile/profile.h"

// A profile whose sides are snapshots of one service, one after another.
struct series {
    uint32_t n_read;     // snapshots that were read
    uint32_t n_restarts; // of the process, between them
    uint32_t n_cut;      // snapshots before the last restart
    uint32_t n_repeats;  // heaps that equal the one kept before them
    bool timed;          // every snapshot has a time, and not all the same
    bool sorted;         // the order of time was not the one in which they were given
};

// Brings the sides into the order of their times, those without in the order given, and leaves out
// - what was before the last restart of the process, which shows in counters of allocations that
//   fall;
// - heaps in which the objects and bytes in use, by stack and size, are those of the one kept
// before:
//   the runtime's numbers are of the last garbage collection, and there was none between.
// `values` stays the sum of all.
struct series series_settle(struct profile *p);

// Keeps of each sample type only what a trend of one needs: itself, and of a heap the objects and
// bytes in use and the objects allocated; the type becomes the default one. For the profiles of a
// series, before they are merged.
void series_keep_types(struct profile *p, uint32_t wanted);

// A heap of which nothing was freed yet has in texts but the types objects and space: names them as
// those of later ones are, and adds the allocations where it is Go's, so that both can be of one
// series. For profiles as they are read.
void series_widen(struct profile *p);

// What is in use instead of what was allocated since the process began, which always grows: the
// type itself where it is another, or there is no such type.
uint32_t series_in_use(const struct profile *p, uint32_t type);

// Samples of a heap that differ in nothing but other tags than the size of objects are of the same
// objects: by sample, the first of those. NULL: there are none that differ so.
const uint32_t *series_firsts(const struct profile *p, struct arena *arena);

// The sample type of this name, or NO_INDEX.
uint32_t series_type(const struct profile *p, const char *name);

#endif
