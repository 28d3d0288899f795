// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_PIECES_H
#define CPROF_SYMBOL_PIECES_H

#include <stdint.h>

#include "base/vec.h"

// A part of the addresses of a function, or of a unit.
struct piece {
    uint64_t low, high;
    uint64_t reach; // the highest of this and the pieces before it
    uint32_t of;
    bool is_indexed; // by an index into .debug_rnglists
};

struct pieces {
    VEC(struct piece) all;
};

// By where they begin, and those that begin at one address by what they are of.
void pieces_sort(struct pieces *p);

// The number of pieces that begin at or before an address, of sorted ones.
size_t pieces_upto(const struct pieces *p, uint64_t address);

#endif
