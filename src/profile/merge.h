// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_MERGE_H
#define CPROF_PROFILE_MERGE_H

#include "base/err.h"
#include "profile/profile.h"

// Adds profiles up. Samples with the same stack and the same labels become one; locations,
// functions and mappings that say the same become one and are numbered anew from 1 in the order in
// which samples need them; what no sample needs goes, and so do samples whose values are all 0.
// Sources are taken in one at a time: memory grows with what is distinct among them.
//
// A merger may keep sides: then each source is added to one of them, too, and samples stay whose
// sum is 0 but whose sides are not: see profile_drop_unchanged.
// Rules: google/pprof's profile/merge.go.
struct merger;

// The threads of a job help with sources of many samples.
struct job;
struct merger *merger_new(const struct job *job);

// The same with so many sides, which have no values yet.
struct merger *merger_new_sided(uint32_t n_sides, const struct job *job);

// Adds a profile, which is changed (profile_conform) and may be released afterwards. -1 with *err
// filled where it cannot be added to those before.
int merger_add(struct merger *m, struct profile *p, struct err *err);

// The same with p's values times weight, which is 1 or -1, as the values of a side; its period,
// time and duration are p's.
int merger_add_side(struct merger *m, struct profile *p, uint32_t side, int64_t weight,
                    struct err *err);

// Moves the sum into *out and frees the merger.
void merger_finish(struct merger *m, struct profile *out);
void merger_abort(struct merger *m);

#endif
