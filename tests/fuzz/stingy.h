// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_STINGY_H
#define CPROF_FUZZ_STINGY_H

#include "base/stream.h"
#include "base/span.h"

// A stream of bytes in memory that gives as little as its contract allows: exactly what is wanted,
// each time in a new block of that size, so that AddressSanitizer sees both a read past the window
// and a pointer that outlives it.
struct stream *stingy_stream_new(struct span bytes);
void stingy_stream_free(struct stream *r);

#endif
