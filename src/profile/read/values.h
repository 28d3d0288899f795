// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_VALUES_H
#define CPROF_PROFILE_READ_VALUES_H

#include "base/job.h"
#include "base/vec.h"
#include "profile/read/wire.h"

// The values of samples as the file has them: varints, of which most have a byte or two. Where one
// type of several is asked for, the others are never made numbers, and take a third of the room.

struct packed_values {
    VEC(unsigned char) bytes; // sample by sample, with some more room after them
    VEC(size_t) parts;        // where every so many samples begin
    size_t n;                 // values, of all samples
};

// Before the values of a sample, which so many come before.
void values_begin_sample(struct packed_values *v, struct arena *arena, size_t n_before);

// Adds the varints up to the end of *w. 0, or -1 where they are none.
int values_add(struct packed_values *v, struct arena *arena, struct wire *w);
void values_add_one(struct packed_values *v, struct arena *arena, uint64_t value);

// Makes numbers of one type's values, by sample. All samples have n_types values.
void values_of_type(const struct packed_values *v, size_t n_samples, uint32_t n_types,
                    uint32_t type, const struct job *job, int64_t *out);

// Of all types, row by row.
void values_of_all(const struct packed_values *v, int64_t *out);

#endif
