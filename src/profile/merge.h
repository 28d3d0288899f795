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
// Sides of a comparison are kept where the first source has a column `before`; all sources then
// have one, and the same sample types and units. The sum has `before` and `after`, and samples that
// are the same on both sides stay: see profile_leave_changed.
// Rules: google/pprof's profile/merge.go.
struct merger;

struct merger *merger_new(void);

// Adds a profile, which is changed (profile_conform) and may be released afterwards. -1 with *err
// filled where it cannot be added to those before.
int merger_add(struct merger *m, struct profile *p, struct err *err);

// Moves the sum into *out and frees the merger.
void merger_finish(struct merger *m, struct profile *out);
void merger_abort(struct merger *m);

#endif
