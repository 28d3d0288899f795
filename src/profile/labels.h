// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_LABELS_H
#define CPROF_PROFILE_LABELS_H

#include "profile/profile.h"

// The labels of a sample as those of another, which may have them in another order.

// Brings them into one order whatever order they came in: texts before numbers, each by key; labels
// of one key stay as they stand to each other. Where one number of a key has a unit, the others of
// the key have the unit "".
void labels_order(struct label *labels, uint32_t n);

// Of labels in that order, whose strings are of one table.
bool labels_equal(const struct label *a, const struct label *b, uint32_t n);
uint64_t labels_hash(const struct label *labels, uint32_t n);

#endif
