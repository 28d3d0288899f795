// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_SEN_H
#define CPROF_REPORT_SEN_H

#include <stdint.h>

#include "base/arena.h"

// Theil and Sen's slope: the median of the slopes of all pairs of points, which a few outliers do
// not move, and Sen's interval, which holds the true slope in 95 of 100 cases: slopes by rank, the
// ranks from the variance of Kendall's s (Sen 1968; ranks as in scipy.stats.theilslopes).

struct sen {
    double slope;     // units of x per unit of t; 0 where no two points differ in time
    double low, high; // 95 %
};

// Of n points whose times do not fall; pairs of the same time are left out. variance is that of
// Kendall's s.
struct sen sen_of(const double *x, const double *t, uint32_t n, double variance,
                  struct arena *scratch);

// The slope alone.
double sen_slope(const double *x, const double *t, uint32_t n, struct arena *scratch);

// Moves the value of this rank, from 0, to its place among n values, smaller ones before it and
// larger ones after it, and returns it (Floyd and Rivest, CACM 18/3).
double select_rank(double *values, size_t n, size_t rank);

// The middle value, or the mean of the two that are; values change places.
double select_median(double *values, size_t n);

#endif
