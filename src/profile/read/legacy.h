// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_LEGACY_H
#define CPROF_PROFILE_READ_LEGACY_H

#include "profile/builder.h"
#include "profile/read/lines.h"
#include "profile/read/reader.h"

// What the readers of gperftools', Go's and Java's older formats have in common: a list of samples
// whose stacks are addresses, and after it the memory map.
// Rules: google/pprof's profile/legacy_profile.go.
struct legacy {
    const struct reading *r;
    struct builder b;
    struct lines lines;
    VEC(uint64_t) addresses; // of the stack at hand
    VEC(uint32_t) frames;
};

void legacy_init(struct legacy *l, const struct reading *r, struct profile *out);

// Finishes the profile where status is 0, and frees the rest. Returns the status.
int legacy_finish(struct legacy *l, int status);

// 1, 0 after the last line, or -1.
static inline int legacy_next(struct legacy *l)
{
    return lines_next(&l->lines, l->r->err);
}

// -1: the line at hand is wrong.
static inline int legacy_fault(const struct legacy *l, const char *what)
{
    return lines_fault(&l->lines, l->r->err, what);
}

// Blank, or a comment: white space and "#".
bool legacy_is_comment(struct span line);

// Skips these. 0 with the first other line at hand ("" where there is none), or -1.
int legacy_skip_comments(struct legacy *l);

// What legacy_skip_comments would find in the first bytes of a file.
struct span legacy_first_line(struct span head);

// Whether the memory map begins after this line.
bool legacy_is_map(struct span line);

// Appends all hexadecimal numbers of a text (0x1f2e) to l->addresses; or 0, -1.
int legacy_take_addresses(struct legacy *l, struct span text);

// The part of a line that follows "@" and can be a stack.
struct span legacy_stack(struct span rest);

// Makes l->frames of l->addresses. Return addresses are less 1, so that they lie in the call; where
// the leaf is not a call, it stays as it is.
enum legacy_leaf { LEAF_IS_CALL, LEAF_IS_NOT_CALL, NO_CALLS };
void legacy_make_frames(struct legacy *l, enum legacy_leaf leaf);

// Adds a sample with l->frames.
void legacy_add_sample(struct legacy *l, const int64_t *values);

// A signal handler may leave the leaf twice, the second less 1: then it goes.
void legacy_drop_twins(struct legacy *l);

// Skips lines up to the memory map, if there is one, and reads that.
int legacy_read_maps(struct legacy *l);

// The values of a sample of a heap, of which one allocation in about `rate` bytes was recorded, are
// multiplied by how probable it was to be one of those: 1 / (1 - exp(-(bytes / count) / rate)).
void legacy_unsample(int64_t *count, int64_t *bytes, int64_t rate);

// Which frames are left out by default, by the kind of samples.
void legacy_set_drop_frames(struct profile *p);

#endif
