// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_QUANTITY_H
#define CPROF_BASE_QUANTITY_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

// Lengths of time and amounts of memory as people write them in options.

// "30s", "1m30s", "1.5h", "200ms"; a number alone is seconds. In nanoseconds. False where the text
// is not such a time, or does not fit.
bool duration_parse(struct span text, int64_t *out);

// Adds the time, which is not negative, so that duration_parse reads it back: "1m30s", "0s".
void duration_print(int64_t nanoseconds, struct buf *out);

// "2GiB", "512k", "1.5MB"; a number alone is bytes. Units are powers of 1024, as everywhere in
// reports. In bytes. False where the text is not such an amount, or does not fit.
bool size_parse(struct span text, int64_t *out);

// Adds the amount, which is not negative, so that size_parse reads it back: "2GiB", "0B".
void size_print(int64_t bytes, struct buf *out);

#endif
