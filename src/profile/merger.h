// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_MERGER_H
#define CPROF_PROFILE_MERGER_H

#include "base/idmap.h"
#include "base/vec.h"
#include "profile/merge.h"

// What the parts that merge share.

struct merger {
    struct profile out;
    bool begun;
    size_t cap_samples, cap_values, cap_frames, cap_labels, cap_mappings, cap_locations, cap_lines,
        cap_functions, cap_comments;
    uint32_t n_frames, n_labels;
    struct hash_index samples, mappings, locations, functions;
    struct idmap comments; // that are in the sum
};

// How the tables of the source at hand map to the sum's. NO_INDEX: not needed yet.
struct source {
    struct merger *m;
    const struct profile *p;
    struct arena arena;
    uint32_t side;  // of the sum that it is; NO_INDEX: it has all sides itself, or there are none
    int64_t weight; // the side's values are its own times this: 1 or -1
    str_id *strings;
    uint32_t *mappings, *locations, *functions;
    struct label *labels; // of the sample at hand
    size_t cap_labels;
};

// Room in a column of the sum for `more` entries behind the first n.
#define ROOM(m, column, n, more, cap)                                                            \
    ((m)->out.column = (n) + (size_t)(more) <= (m)->cap                                          \
                           ? (m)->out.column                                                     \
                           : vec_grown((m)->out.arena, (m)->out.column, sizeof *(m)->out.column, \
                                       (n) + (size_t)(more), &(m)->cap))

// Maps nothing yet; then what is in the sum already, all at once.
void source_init(struct source *s, struct merger *m, const struct profile *p);
void source_find_known(struct source *s);
void source_release(struct source *s);

// What an entry of the source is in the sum, which has it from then on.
str_id map_string(struct source *s, str_id id);
uint32_t map_mapping(struct source *s, uint32_t index);
uint32_t map_location_slowly(struct source *s, uint32_t index);

static inline uint32_t map_location(struct source *s, uint32_t index)
{
    return s->locations[index] != NO_INDEX ? s->locations[index] : map_location_slowly(s, index);
}

#endif
