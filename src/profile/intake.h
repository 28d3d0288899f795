// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_INTAKE_H
#define CPROF_PROFILE_INTAKE_H

#include "profile/merger.h"

// A profile that is being taken into a sum: how its tables map to the sum's. NO_INDEX: not needed
// yet.
struct intake {
    struct merger *m;
    const struct profile *p;
    struct arena arena;
    uint32_t side;  // of the sum that it is; NO_INDEX: it has all sides itself, or there are none
    int64_t weight; // the side's values are its own times this: 1 or -1
    bool recalled;  // strings and functions are those of the source before
    str_id *strings;
    uint32_t *mappings, *locations, *functions;
    uint32_t n_unknown; // locations of which it is not known what they are in the sum
    // Hashes of what makes an entry the same as another, whatever its ids are.
    uint64_t *mapping_hashes, *location_hashes, *function_hashes;
};

// Maps nothing yet; then what is in the sum already, all at once.
void intake_init(struct intake *s, struct merger *m, const struct profile *p);
void intake_find_known(struct intake *s);
void intake_release(struct intake *s);

// What an entry of the profile is in the sum, which has it from then on.
str_id intake_string(struct intake *s, str_id id);
uint32_t intake_mapping(struct intake *s, uint32_t index);
uint32_t intake_location_slowly(struct intake *s, uint32_t index);

// Brings near what will be looked at for frames that are not known yet.
void intake_look_ahead(const struct intake *s, const uint32_t *frames, uint32_t n);

static inline uint32_t intake_location(struct intake *s, uint32_t index)
{
    return s->locations[index] != NO_INDEX ? s->locations[index] : intake_location_slowly(s, index);
}

#endif
