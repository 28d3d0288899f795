// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_MUTATE_H
#define CPROF_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "base/span.h"

// The fuzzer's own, and what it calls instead where there is one.
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

// Changes a profile, bare or gzip, in place; the new size, which is at most max_size.
size_t mutate_profile(uint8_t *data, size_t size, size_t max_size, unsigned seed);

// One of the strings of a profile, or "" where none is found.
struct span mutate_pick_string(const uint8_t *data, size_t size, unsigned seed);

#endif
