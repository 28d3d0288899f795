// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_FUZZ_H
#define CPROF_FUZZ_FUZZ_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/span.h"

// What each target implements; the fuzzer or replay.c calls it. Must not keep anything.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Ends the program, as a finding, where the condition does not hold.
#define FUZZ_CHECK(condition) \
    ((condition) ? (void)0    \
                 : (fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition), abort()))

static inline struct span fuzz_span(const uint8_t *data, size_t size)
{
    return (struct span){(const char *)data, size};
}

// Takes what stands before the next separator, or all, off *rest. False at the end.
static inline bool fuzz_next(struct span *rest, char separator, struct span *part)
{
    if (!rest->n)
        return false;
    const char *end = memchr(rest->at, separator, rest->n);
    *part = span_upto(*rest, end ? (size_t)(end - rest->at) : rest->n);
    *rest = span_from(*rest, part->n + (end ? 1 : 0));
    return true;
}

#endif
