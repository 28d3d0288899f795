// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_SCALE_H
#define CPROF_PROFILE_SCALE_H

#include <stdbool.h>

#include "base/err.h"
#include "profile/profile.h"

// Changes to the values of a profile that is being loaded, in place.
// Rules: ScaleN, Normalize and CompatibilizeSampleTypes of google/pprof's profile package and
// ScaleProfiles of its internal/measurement.

// Multiplies the values of each sample type by its ratio, rounding half away from zero. Where any
// ratio is not 1, samples go of which every value that was multiplied is 0.
void profile_scale(struct profile *p, const double *ratios);

// Multiplies so that the sums of all values become the base's; ratios tells by what, for each
// sample type. -1 with *err filled where the profiles do not have the same sample types.
int profile_normalize(struct profile *p, const struct profile *base, double *ratios,
                      struct err *err);

// Makes sample types and units of the two the same: only types that both have stay, in a's order,
// and each in the finer unit of the two. *a_changed tells whether a had to change. -1 with *err
// filled where it is not possible.
int profile_conform(struct profile *a, struct profile *b, bool *a_changed, struct err *err);

// Keeps the n sample types whose indices are given, in this order.
void profile_keep_types(struct profile *p, const uint32_t *kept, uint32_t n);

#endif
