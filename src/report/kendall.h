// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_KENDALL_H
#define CPROF_REPORT_KENDALL_H

#include <stdint.h>

#include "base/arena.h"

// Mann and Kendall's test of growth: of all pairs of a series, how many rise. Where order and value
// are unrelated, each order of the values is as probable as any other; the number of pairs that
// fall is then that of the inversions of a random permutation, whose generating function is
// Π (1 + x + … + x^(i−1)) / i (Kendall, Rank Correlation Methods; also OEIS A008302). A tie counts
// as a fall, so that the probability is an upper bound where there are ties.

struct kendall {
    uint64_t rises;  // pairs
    int64_t s;       // rises − falls
    double variance; // of s, corrected for ties
    double tau;      // Kendall's tau-b; 0 where all values are equal
};

// Of n values, in the order of time.
struct kendall kendall_of(const double *x, uint32_t n, struct arena *scratch);

// The distribution of falls among n values; exact up to 400 values, beyond that the normal one
// with its fourth cumulant.
struct kendall_tail {
    uint32_t n;
    uint64_t pairs;
    double *sums; // [d]: the probability of at most d falls, for d up to half of the pairs; or NULL
};

struct kendall_tail kendall_tail_of(uint32_t n, struct arena *arena);

// The probability that at least so many pairs rise without there being growth.
double kendall_p(const struct kendall_tail *tail, uint64_t rises);

#endif
