// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_LOADED_H
#define CPROF_APP_LOADED_H

#include <stdatomic.h>

#include "app/app.h"
#include "base/cache.h"
#include "input/filelist.h"
#include "profile/series.h"
#include "profile/tag.h"
#include "report/gate.h"
#include "report/memstats.h"

// What stands behind the door's struct loaded: see app.h.

typedef VEC(struct gate) gate_list;

struct loaded {
    atomic_uint refs;
    const struct loaded *owner; // of the profile, where that is another one; or NULL
    struct profile profile;
    struct tag_units units;          // of all samples
    struct tag_units plain_units;    // without those that only a comparison with sides has
    name_list sources, bases;        // the files that it was read from
    struct series series;            // of a series: what became of it; else all 0
    size_t n_skipped;                // and how many more were left out
    struct memstats_points memstats; // of what is not a profile, but MemStats; else none
    const struct loaded *beside;     // a series of goroutines, taken at the same times; or NULL
    const char *policy;              // the file of gates that was read, or NULL
    gate_list gates;                 // and what it had
    struct cache *cache;             // of what requests worked out; NULL: nothing is kept
    struct arena arena;              // of all this but the profile
};

// With one reference and no profile yet.
struct loaded *loaded_new(void);

// Takes the profile over and works out what follows from it; then it is ready for queries.
void loaded_take(struct loaded *l, struct profile *p);

// Another one of the same profile, with no policy yet.
struct loaded *loaded_share(const struct loaded *l);

#endif
