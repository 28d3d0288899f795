// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_COLUMNS_H
#define CPROF_PROFILE_READ_COLUMNS_H

#include "base/job.h"
#include "base/vec.h"
#include "profile/profile.h"
#include "profile/read/reader.h"
#include "profile/read/values.h"

// What the decoder has read before references are resolved, since the tables may come in any order:
// strings are indices of the file's table, locations, functions and mappings are the file's ids.

// Frames are location ids less 1, which mostly are the indices already. From here on they are in
// wide_ids; what was the id 0 is ID_ZERO.
#define WIDE_ID_FIRST 0xf0000000u
#define ID_ZERO UINT32_MAX

struct columns {
    struct arena *arena;  // the profile's
    struct arena scratch; // of what nobody needs who has the profile: strings, ids, memo
    VEC(struct span) strings;
    VEC(struct value_type) sample_types;
    VEC(struct sample) samples;
    const char *only; // the sample type of which alone values are kept; NULL: all are
    VEC(int64_t) values;
    struct packed_values packed; // in their place where there is an only type
    VEC(uint32_t) frames;        // location ids less 1, or WIDE_ID_FIRST + an index of wide_ids
    size_t n_noted;              // of the frames
    uint32_t largest;            // of those
    VEC(uint64_t) wide_ids;
    VEC(struct label) labels;
    struct label_memo *memo; // see messages.c; NULL: not yet
    VEC(struct mapping) mappings;
    VEC(struct location) locations;
    VEC(uint64_t) mapping_ids; // of each location; 0: none
    VEC(struct line) lines;
    VEC(uint64_t) function_ids; // of each line
    VEC(struct function) functions;
    VEC(str_id) comments;
    uint32_t n_values; // of the first sample
    bool uneven;       // some sample has another number of values:
    uint32_t uneven_sample, uneven_values;
};

// Makes room for tables that are about as large; and how large they are.
void columns_expect(struct columns *c, const struct table_sizes *sizes);
struct table_sizes columns_sizes(const struct columns *c);

// Notes the largest of the frames so far.
void columns_note_frames(struct columns *c);

// Resolves and checks all references and moves the columns into the profile.
int columns_resolve(struct columns *c, struct profile *p, const struct job *job, struct err *err);

// Frees what the profile did not get.
static inline void columns_release(struct columns *c)
{
    arena_release(&c->scratch);
}

#endif
