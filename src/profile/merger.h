// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_MERGER_H
#define CPROF_PROFILE_MERGER_H

#include "base/idmap.h"
#include "base/vec.h"
#include "profile/merge.h"

// The sum that grows while profiles are merged: what merge.c and intake.c share.

// What the strings and functions of the last source are in the sum: those of the next are often the
// same, and in the same order.
struct merger_names {
    struct arena arena;
    uint64_t strings_print, functions_print; // hashes of all
    uint32_t n_printed, cap_strings, n_functions;
    str_id *strings;
    uint32_t *functions;
    uint64_t *function_hashes;
};

enum { LABEL_PLACES = 1024 };

struct merger {
    const struct job *job;
    struct profile out;
    bool begun;
    size_t cap_samples, cap_values, cap_frames, cap_labels, cap_mappings, cap_locations, cap_lines,
        cap_functions, cap_comments;
    uint32_t n_frames, n_labels;
    struct hash_index samples, mappings, locations, functions;
    struct idmap comments; // that are in the sum
    struct merger_names names;
    uint32_t label_places[LABEL_PLACES]; // by a hash of labels: where the sum may have them
};

// Room in a column of the sum for `more` entries after the first n.
#define ROOM(m, column, n, more, cap)                                                            \
    ((m)->out.column = (n) + (size_t)(more) <= (m)->cap                                          \
                           ? (m)->out.column                                                     \
                           : vec_grown((m)->out.arena, (m)->out.column, sizeof *(m)->out.column, \
                                       (n) + (size_t)(more), &(m)->cap))

#endif
