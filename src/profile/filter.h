// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_FILTER_H
#define CPROF_PROFILE_FILTER_H

#include "base/job.h"
#include "base/regex.h"
#include "profile/profile.h"

// Filters that leave out samples and frames. Each puts changed columns, taken from the arena, in
// the place of the profile's; the old columns stay as they are. Regular expressions may be NULL:
// not asked for. Whether matching was given up is for the caller to ask of each.
// Rules: google/pprof's profile/filter.go and profile/prune.go.

struct name_filter {
    struct regex *focus;  // keep samples with a matching frame
    struct regex *ignore; // drop samples with a matching frame
    struct regex *hide;   // cut matching lines
    struct regex *show;   // cut lines that do not match
};

struct name_filter_found {
    bool focus, ignore, hide, show; // that something matched
};

struct name_filter_found filter_names(struct profile *p, const struct name_filter *f,
                                      const struct job *job, struct arena *arena);

// Cuts off the callers above the topmost matching frame; a sample without one goes.
bool filter_show_from(struct profile *p, struct regex *show_from, struct arena *arena);

// Cuts off all that the lowest matching function calls; it stays itself.
void filter_prune_from(struct profile *p, struct regex *prune_from, struct arena *arena);

// Cuts off functions that match drop and not keep, with all that they call: looked for from the
// root down, after the first frame that does not match.
void filter_drop_frames(struct profile *p, struct regex *drop, struct regex *keep,
                        struct arena *arena);

// Counts inlined calls as their callers: each location keeps its outermost line, and columns go
// unless they are to be kept.
void filter_inlines(struct profile *p, bool keep_columns, struct arena *arena);

#endif
