// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_WELLFORMED_H
#define CPROF_FUZZ_WELLFORMED_H

#include "profile/profile.h"

// Ends the program, as a finding, where an index of the profile leads out of its table.
void check_wellformed(const struct profile *p);

#endif
