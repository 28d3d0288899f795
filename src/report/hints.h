// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_HINTS_H
#define CPROF_REPORT_HINTS_H

#include "report/own.h"
#include "report/reports.h"

// What to do about what a profile of a Go program shows. The rules stand in one table; each says
// what must be seen, what it means, and what to change. Go leaves its run time's own frames out of
// heap profiles, so that append and a slice made with its capacity look alike there; what tells
// them apart is the sizes of objects, which samples carry as the number "bytes", and the text of
// the line, where the source is found.

// What the objects of one line look like by their sizes.
enum size_pattern {
    SIZES_UNKNOWN,
    SIZES_ONE,     // one object per item
    SIZES_GROWING, // few, each a good deal larger than the one before, about as many of each
    SIZES_MANY,    // many neighbours
};

// Sizes with how many objects there were of each, in the order of sizes.
enum size_pattern sizes_pattern(const int64_t *sizes, const double *objects, uint32_t n);

struct hint_rule {
    const char *name;    // "append-growth"
    const char *meaning; // what was seen
    const char *advice;  // what to change
};

struct hint {
    const struct hint_rule *rule;
    int64_t value;
    double share;               // of the total
    const char *whole;          // what that is of, where it is another: "Sys"; or NULL
    struct span function, file; // the line of the program's own that causes it; "": none does
    int64_t line;
    struct span source; // its text, or ""
    const char *seen;   // more of what was seen, or NULL
};

struct hints {
    struct span type, unit; // of sample that was looked at
    struct node_table lines;
    int64_t total;
    struct hint *at; // by falling value
    uint32_t n;
};

// *out is to be released.
int report_hints(const struct report *r, const struct subject *s, struct hints *out,
                 struct err *err);
void hints_release(struct hints *h);

#endif
