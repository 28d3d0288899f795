// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_MATCHER_H
#define CPROF_PROFILE_MATCHER_H

#include "base/regex.h"
#include "profile/profile.h"

// A regular expression for the strings of a profile: each string is tried once.
struct matcher {
    const struct profile *profile;
    struct regex *regex; // NULL: matches nothing
    signed char *known;  // by string: 0 not tried, 1 matches, -1 does not
    bool bare_names;     // match what symbol_bare_name leaves
    bool whole_names;    // or the whole name; see symbol_shown_name
};

struct matcher matcher_of(const struct profile *p, struct regex *regex, struct arena *arena);
bool matcher_match(struct matcher *m, str_id id);

// Tries all functions in their order, in which their names are in memory: sooner done than in the
// order of locations, where most are looked at.
void matcher_try_functions(struct matcher *m);

// A line by its function's name or file, a location by its binary, or by any of that.
bool matcher_match_line(struct matcher *m, const struct line *line);
bool matcher_match_mapping(struct matcher *m, const struct location *loc);
bool matcher_match_location(struct matcher *m, const struct location *loc);

#endif
