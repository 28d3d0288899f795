// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_TREND_H
#define CPROF_REPORT_TREND_H

#include "profile/series.h"
#include "report/report.h"
#include "report/trendrule.h"

// How the entries of a profile change over the snapshots of a series: see trendrule.h for the rule.

// One entry, or the total.
struct trend_item {
    struct top_row row;   // names and place; flat is the last value, before and after the ends
    const double *values; // of each snapshot, in the sample type's unit
    struct trend_numbers numbers;
    double se;               // sampling error of the last value
    uint32_t node;           // of the table; NO_INDEX: the total
    const uint32_t *samples; // that it is made of: of the profile's
    uint32_t n_samples;
    const struct trend_row
        *rows; // of those, in their order; of samples that were never in use none
    bool shown;
};

struct trend {
    struct series series;
    uint32_t n;           // snapshots that are judged
    const int64_t *times; // of them, in nanoseconds since 1970
    double hours;         // between the first and the last; their number − 1 where not timed
    enum noise_kind kind; // NOISE_NONE: everything is counted; NOISE_UNKNOWN: as if it were
    bool rates;           // values are per second of each profile's duration
    double alpha;         // of a wrong "growing"
    double min_growth;
    uint32_t type; // of sample
    struct node_table table;
    struct trend_item total;
    struct trend_item *items; // growth first, by falling slope
    uint32_t n_items, n_shown;
    struct trend_tests tests;
    double hidden; // no growth above this per unit of time could hide; 0: not known
};

// Of the report's profile, which is a series; entries are leaves of stacks, or where entries are
// sorted by cum, all that is on a stack. -1 with *err filled where the profile is not a series.
// *out is to be released.
int report_trend(const struct report *r, struct trend *out, struct err *err);
// Whether a sample type counts goroutines or threads, all of them.
bool trend_is_of_goroutines(const struct profile *p, uint32_t type);

void trend_release(struct trend *t);

#endif
