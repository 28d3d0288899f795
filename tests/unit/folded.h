// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_TESTS_UNIT_FOLDED_H
#define CPROF_TESTS_UNIT_FOLDED_H

#include "profile/profile.h"

// Profiles as texts, a stack a line from the root to the leaf: "main;work 3\n".

// *p is to be released.
void folded_read(struct profile *p, const char *text);

// The stacks as they are now, each with its first value and its texts of tags in between, as in
// "main;work {tenant=red} 3"; valid until the next call.
const char *folded_show(const struct profile *p);

#endif
