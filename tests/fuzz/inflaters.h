// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_INFLATERS_H
#define CPROF_FUZZ_INFLATERS_H

#include <stdbool.h>

#include "base/span.h"

// Whether all libraries that inflate make the same of a gzip stream: the same bytes or a fault. One
// may take what zlib refuses, such as a code with gaps, since the checksum tells that the bytes are
// right all the same.
// step is how many bytes they are given at a time beyond what they ask for. Where they do not, says
// so on standard error.
bool inflaters_agree(struct span packed, size_t step);

#endif
