// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_CODERANGES_H
#define CPROF_REPORT_CODERANGES_H

#include "profile/profile.h"
#include "symbol/binary.h"
#include "symbol/objdump.h"

// The instructions around locations of a profile, with the functions and lines that they are of.

struct ranged {
    uint64_t address, length; // in memory
    const struct instruction *instruction;
    const struct frame *frames; // the innermost inlined call first
    size_t n_frames;
};

struct ranges_request {
    const struct profile *profile;
    const bool *wanted;  // locations
    const int64_t *flat; // what they weigh: of too many ranges the heaviest are taken
    const struct objdump_options *options;
    const struct job *job;
    struct arena *arena;
    // Gets each instruction, and the last one before it in its range whose line is known, or NULL.
    void (*take)(void *context, const struct ranged *in, const struct ranged *before);
    void *context;
};

// Finds them. By location: whether its binary could be opened.
bool *code_ranges(const struct ranges_request *request);

// The address of a location; where it has none, one that is its own.
uint64_t code_address(const struct profile *p, uint32_t location);

#endif
