// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_REPORT_H
#define CPROF_REPORT_REPORT_H

#include "base/unit.h"
#include "graph/trim.h"

// What a report says, as numbers in the profile's own units and as names; how it looks is the
// formats' business. A report and all it points to live in the query's arena.

struct report_options {
    uint32_t value_index; // of the sample type
    bool mean;
    struct span type;        // "inuse_space", "mean_delay"
    struct span unit;        // the profile's
    struct span output_unit; // to show values in: a unit, "minimum" or "auto"
    double ratio;            // values are multiplied by it
    bool compact_labels;
    bool drop_negative;
    struct trim_options trim;
    struct detail detail;
    const struct span *filters; // "focus=main", as given
    size_t n_filters;
};

// What every report says of the profile that it was made from.
struct report {
    const struct profile *profile; // after the filters
    struct arena *arena;
    struct report_options options;
    int64_t total; // of the samples before the filters, unless percentages are relative
};

enum inlining { INLINED_NEVER, INLINED_SOMETIMES, INLINED_ALWAYS };

struct top_row {
    struct span name;
    int64_t flat, cum;
    enum inlining inlining;
};

// Which part of the profile is shown.
struct shown {
    int64_t total; // the sum of all flat values
    uint32_t n_nodes;
    struct trim_result trim;
};

struct top {
    struct shown shown;
    struct top_row *rows;
    uint32_t n_rows;
};

// The sum of the absolute values, or of the diff base's alone where samples are marked as such; the
// mean where there is one.
int64_t report_total(const struct profile *p, uint32_t value_index, bool mean);

// The unit in which the smallest value shown can be told from zero, for "minimum"; sets
// r->options.output_unit.
void report_pick_unit(struct report *r, const struct graph *g);

struct top report_top(struct report *r);

#endif
