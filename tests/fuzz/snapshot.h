// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_SNAPSHOT_H
#define CPROF_FUZZ_SNAPSHOT_H

#include "profile/profile.h"

// A hash of all bytes of the profile's columns and strings, those between members too: the same as
// long as nothing is written there.
uint64_t snapshot_of(const struct profile *p);

// How many samples, frames, labels, lines and so on there are.
uint64_t snapshot_size(const struct profile *p);

#endif
