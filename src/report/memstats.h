// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_MEMSTATS_H
#define CPROF_REPORT_MEMSTATS_H

#include "profile/read/memstats.h"
#include "report/gate.h"
#include "report/trendrule.h"

// What Go's runtime says of its memory, once or over time.

// One reading of it.
struct memstats_point {
    struct memstats stats;
    int64_t time_nanos; // since 1970; 0: not known
    int64_t profiled;   // bytes in use that the heap profile in the same file accounts for; or 0
};

struct memstats_points {
    const struct memstats_point *at; // in the order of their times
    uint32_t n;
};

struct memstats_row {
    const char *name;    // "HeapAlloc"
    const char *unit;    // "bytes", "count", "nanoseconds", "" of a share
    const char *meaning; // in plain words; NULL: only gates and programs ask for it
    bool counter;        // it only rises while the process runs
    const double *values;
    // Of counters, over all points: what was added, by the time that took. Where a counter falls
    // the process was started anew; what it did meanwhile is not known and does not count. NAN:
    // unknown.
    double per_second;
    enum trend_verdict verdict; // of others, of three points or more since the last restart
};

struct memstats_report {
    struct memstats_points points;
    struct memstats_row *rows;
    uint32_t n_rows;
    double seconds;      // from first to last; 0: not known
    uint32_t n_restarts; // of the process, where counters fall
    uint32_t first;      // point after the last of them
};

// Sums what a counter rose by: see per_second.
double memstats_rate(const double *values, const int64_t *times, uint32_t n);

void report_memstats(const struct report *r, struct memstats_report *out);

// Judges a gate on one of its rows.
int gate_judge_memstats(const struct report *r, struct gate_result *result, struct err *err);

#endif
