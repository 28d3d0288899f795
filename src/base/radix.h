// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_RADIX_H
#define CPROF_BASE_RADIX_H

#include <stddef.h>
#include <stdint.h>

// What is sorted: by high, then by low.
struct radix_item {
    uint64_t high, low;
    uint32_t index; // of what the keys are of
};

// Sorts n items, of which equal ones keep their order, without a comparison; spare is room for as
// many. Bytes in which all keys agree cost nothing.
void radix_sort(struct radix_item *items, struct radix_item *spare, size_t n);

#endif
