// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FUZZ_SECTIONS_H
#define CPROF_FUZZ_SECTIONS_H

#include "base/span.h"

// The input of the target reports: lines of options and reports, a profile, perhaps another, with
// SECTION_END between them. An input without it is a profile alone.

#define SECTION_END SPAN("\n##\n")

enum { PROFILES_MAX = 2 };

struct sections {
    struct span script;
    struct span profiles[PROFILES_MAX];
    size_t n_profiles; // at least one
};

static inline struct sections sections_of(struct span input)
{
    struct sections s = {{input.at, 0}, {input}, 1};
    size_t end = span_find(input, SECTION_END);
    if (end == SPAN_NOT_FOUND)
        return s;
    s.script = span_upto(input, end);
    s.profiles[0] = span_from(input, end + SECTION_END.n);
    end = span_find(s.profiles[0], SECTION_END);
    if (end == SPAN_NOT_FOUND)
        return s;
    s.profiles[1] = span_from(s.profiles[0], end + SECTION_END.n);
    s.profiles[0] = span_upto(s.profiles[0], end);
    s.n_profiles = 2;
    return s;
}

#endif
