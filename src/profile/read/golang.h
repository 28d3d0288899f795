// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_GOLANG_H
#define CPROF_PROFILE_READ_GOLANG_H

#include "profile/read/legacy.h"

// What Go's texts (debug=1) say in the comments below a sample:
//
//     #	0x4b505a	main.parked+0x1a	example.com/app/main.go:32
//     # labels: {"task":"poll"}
//
// A frame of each line, the leaf first; those of one address are inlined into one another. Go
// leaves out its own runtime's frames at the leaf, so these are left out of a stack that has names.
// Unless the reading's options ask for comments there are none.
struct golang {
    struct legacy *l;
    bool open; // there is a sample whose comments are read
    bool named;
    int64_t values[4];
    enum legacy_leaf leaf;
    VEC(uint64_t) pcs; // of the named frames
    VEC(struct line) lines;
};

// Begins a sample of l->addresses. Its labels may be added from then on.
void golang_begin_sample(struct golang *g, enum legacy_leaf leaf, const int64_t *values);
void golang_take_comment(struct golang *g);

// Adds the sample that is open, if there is one.
void golang_end_sample(struct golang *g);

// To be called when the mappings are known: marks those that have names. 0.
int golang_finish(struct golang *g);

#endif
