// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_NOISE_H
#define CPROF_REPORT_NOISE_H

#include "profile/profile.h"

// How far the values of a sampled profile may be from the truth.
//
// Heap. The allocator records each allocated object of size s with the probability
// p = 1 − exp(−s/R), R being the profile's period, and divides what it counts by p (Go's
// scaleHeapSample in runtime/pprof/protomem.go, after tcmalloc). Of N objects k ≈ Np are counted, a
// binomial number; so the variance of the estimate k/p is k(1−p)/p² = N(1−p)/p = N/(exp(s/R) − 1),
// and s² times that in bytes. For small objects the latter is about R times the bytes.
//
// CPU. Ticks that hit are a Poisson number: k of them have the variance k, and k·period² in time.
//
// Samples are independent, so their variances add, as do those of the two sides of a comparison of
// two runs. Two snapshots of one process share samples: then the sum is an upper bound.
//
// Nothing is known of a value with no sample, but a bound: of B bytes in objects of any size none
// is recorded with the probability exp(−B/R). So with the confidence c there are less than −ln(1 −
// c)·R of them, which is 3R at 95 %. The same holds for time with the period in R's place.

enum noise_kind {
    NOISE_UNKNOWN, // how the samples were taken is not known
    NOISE_NONE,    // everything was recorded
    NOISE_HEAP,
    NOISE_CPU,
};

// Of several sides the first and the last are compared. A profile without sides is what a
// comparison has after.
enum { N_COMPARED = 2 };

struct noise {
    enum noise_kind kind;
    uint32_t type;            // of sample
    uint32_t objects, space;  // the pair that it is one of
    double rate[N_COMPARED];  // heap: R in bytes; CPU: what one hit weighs, in the type's unit
    double scale[N_COMPARED]; // what normalising multiplied the type's values by
};

// What is known of a sample type: by the names and units of the type and of the period.
struct noise noise_of(const struct profile *p, uint32_t type);

static inline bool noise_is_known(const struct noise *n)
{
    return n->kind == NOISE_HEAP || n->kind == NOISE_CPU;
}

// The values of a side, with the profile's rows and types. NULL: there is no such side.
const int64_t *side_column(const struct profile *p, uint32_t side);

// By sample, in their order: the variance of its value, and how many hits are to be expected of
// what it stands for, which is S/R for a heap's S bytes.
struct noise_column {
    double *variance, *hits;
};

// Of NOISE_HEAP and NOISE_CPU.
struct noise_column noise_column(const struct profile *p, const struct noise *n, uint32_t side,
                                 struct arena *arena);

// By sample, in their order: the variance of its value as it is in the profile, which of a
// comparison is the sum of the sides'.
double *noise_variances(const struct profile *p, const struct noise *n, struct arena *arena);

// The standard normal deviate that is exceeded with the probability alpha, from 0 to 0.5.
double noise_deviate(double alpha);

// What a standard error is multiplied by for the ± column: 95 %, two-sided.
#define NOISE_MARGIN 1.959963984540054

#endif
