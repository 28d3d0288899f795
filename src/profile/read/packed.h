// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_PACKED_H
#define CPROF_PROFILE_READ_PACKED_H

#include "profile/read/wire.h"

enum { PACKED_AT_ONCE = 8 };

// Takes packed varints while they are short and at hand, several at a time: most of a profile is
// location ids of two or three bytes. Advances *w to the end or to one to be taken otherwise, and
// returns the end of what it wrote: each less 1. Of out, one less than PACKED_AT_ONCE may be
// written after that.
uint32_t *packed_take(struct wire *w, uint32_t *out);

// The same without vector instructions, for processors that lack them, and to test them by.
uint32_t *packed_take_portably(struct wire *w, uint32_t *out);

// 0 where there are none.
uint32_t packed_largest(const uint32_t *at, size_t n);

#endif
