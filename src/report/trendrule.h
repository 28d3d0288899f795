// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_TRENDRULE_H
#define CPROF_REPORT_TRENDRULE_H

#include <stdint.h>

#include "base/job.h"
#include "base/arena.h"

// Whether something grows over time. An entry, such as a function's memory in use, is `growing`
// only if
// - it was sampled often enough (hits, the expected number of samples in its fullest snapshot);
// - Mann and Kendall's test sees growth at the level alpha / m, m being the entries tested
//   (Bonferroni): see kendall.h;
// - Theil and Sen's slope times the duration is above what sampling alone explains at that level,
//   and above min_growth;
// - it never fell by more than half of its growth;
// - and with the largest step taken out it goes on to grow in the second half of the series.
// What fails is called what it most looks like.
//
// The error of a difference between two snapshots of one sampled heap: objects that are in both
// were sampled once and cancel out; those that were born or died between them count, each with the
// variance s² / (exp(s/R) − 1) of one sampled object of size s at the rate R (see noise.h).
// Allocation counters tell how many were born and died; where there are none, all may have been
// replaced by others, but the least number that explains the levels is not below the levels.

enum trend_verdict {
    TREND_GROWING,
    TREND_SLOWING, // growing, by less than half of the whole slope in the second half
    TREND_STEPPED,
    TREND_LEVELLED_OFF,
    TREND_GROWN, // whether it goes on cannot be told yet
    TREND_SAWTOOTH,
    TREND_VARYING,
    TREND_WITHIN_NOISE,
    TREND_STABLE,
    TREND_TOO_FEW_SAMPLES,
    TREND_TOO_FEW_SNAPSHOTS,
    N_TREND_VERDICTS
};

const char *trend_verdict_name(enum trend_verdict v); // "growing, slowing down"

// The same in all entries of a series.
struct trend_series {
    uint32_t n;          // snapshots
    const double *t;     // their times, which do not fall; in any unit, slopes are per that
    double rate;         // a sample per so many bytes; not above 1: everything is counted
    bool counts_objects; // x is of objects, not of bytes
    // By snapshot, of samples that are ticks of a clock: x is the rows' bytes times this, and a
    // tick weighs rate bytes. NULL: x is the sum of the rows' bytes or objects.
    const double *ticks;
    double alpha;    // of a verdict "growing" about something that does not grow; 0.01
    double min_hits; // 4
    double min_growth;
};

// Objects of one stack and size; a value per snapshot.
struct trend_row {
    const int64_t *allocated; // objects since the start of the process; or NULL
    const int64_t *objects;   // in use
    const int64_t *bytes;     // in use
};

struct trend_entry {
    const double *x; // a value per snapshot: the sum of the rows' bytes
    const struct trend_row *rows;
    uint32_t n_rows;
};

struct trend_numbers {
    double hits;
    int64_t s;
    double variance, tau, p;  // Mann and Kendall's
    double slope;             // Theil and Sen's, per unit of t
    double sen_low, sen_high; // its interval
    double low, high;         // that widened by the sampling error of the first and last values
    double growth;            // slope · duration
    double se;                // sampling error of last − first
    uint32_t split;           // where two levels fit best: the first snapshot of the second
    double jump;              // there, if it is a rise
    double slope2, growth2,
        se2;           // of the second half, the jump taken out; where p is not above alpha
    double slope2_raw; // with it
    double drawdown;   // the largest fall from a height reached before
    enum trend_verdict verdict;
};

// The error of x[j] − x[i], squared.
double trend_variance(const struct trend_series *s, const struct trend_entry *e, uint32_t i,
                      uint32_t j);

// The error of x[i] itself, squared.
double trend_level_variance(const struct trend_series *s, const struct trend_entry *e, uint32_t i);

// The most samples in one snapshot.
double trend_hits(const struct trend_series *s, const struct trend_entry *e);

// The least number of snapshots in which growth can be told from chance, m entries being tested.
uint32_t trend_least_snapshots(double m, double alpha);

// How many entries were tested, and how many passed the test of the whole series.
struct trend_tests {
    uint32_t tested, passed;
};

// Fills numbers[i] for each entry and gives its verdict among all of them. With fewer than three
// snapshots there is nothing but the verdict TREND_TOO_FEW_SNAPSHOTS.
struct trend_tests trend_judge(const struct trend_series *s, const struct trend_entry *entries,
                               uint32_t n_entries, struct trend_numbers *numbers,
                               const struct job *job);

// When a limit is reached, in units of t from now on.
struct trend_limit {
    enum { LIMIT_REACHED, LIMIT_BEYOND, LIMIT_NEVER } kind; // BEYOND: `now` is past it already
    double at, low, high; // high is INFINITY where the slope's interval includes 0
};

// The value is `now`, with the standard error se; the slope has the interval low … high.
struct trend_limit trend_limit(double slope, double low, double high, double now, double se,
                               double limit);

#endif
