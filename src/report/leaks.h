// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_LEAKS_H
#define CPROF_REPORT_LEAKS_H

#include "report/own.h"
#include "report/reports.h"

// What grows in a series, with all that a profile can tell of it: where in one's own code it is
// made, by which path, and what may hold it.

// Goroutines of one entry in one state, in the last snapshot.
struct leak_state {
    struct span name; // "chan receive"
    int64_t n;
    int64_t minutes; // the longest that one of them has been in it; 0: not known
};

struct leak {
    const struct trend_item *item;
    bool growing;         // now; else it has grown, and whether it goes on cannot be told
    int64_t count;        // of goroutines in the last snapshot
    const uint32_t *path; // the stack by which most of the growth came, the leaf first: nodes of
    uint32_t n_path;      // the table of lines
    double share;         // of the growth that came by it
    uint32_t own;         // on the path: the first frame of the program's own; or NO_INDEX
    struct span function, file; // of that frame; file "" where it is not known
    int64_t line;
    struct span source;        // the text of that line, or ""
    const char *filled;        // what grows there, as far as it shows: "a map"; or NULL
    struct span started;       // of goroutines: by whom; or ""
    struct leak_state *states; // the most frequent first
    uint32_t n_states;
};

struct leaks {
    struct trend trend;
    struct node_table lines;
    bool proven; // a profile of goroutines that can never run again: no series is needed
    bool goroutines;
    struct instances *instances; // in the place of all that follows; or NULL
    struct leak *leaks;
    uint32_t n, n_growing;
    struct trend *beside;        // goroutines that were counted at the same time; or NULL
    struct trend_item **holders; // of those, what grows
    uint32_t n_holders;
};

// Whether the profile tells leaks without a series: goroutineleak's, or a dump that marks them.
bool leaks_are_proven(const struct profile *p);

// Items that are growing, then those that have grown, by slope. *out is to be released.
int report_leaks(const struct report *r, const struct subject *s, struct leaks *out,
                 struct err *err);
void leaks_release(struct leaks *l);

#endif
