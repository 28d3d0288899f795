// SPDX-License-Identifier: Apache-2.0
#include "report/kendall.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EXACT_MAX = 400 };

static uint64_t pairs_of(uint64_t n)
{
    return n < 2 ? 0 : n * (n - 1) / 2;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// What ties take off the variance of s, times 18; *tied is how many pairs are equal.
static double ties_of(const double *x, uint32_t n, struct arena *scratch, uint64_t *tied)
{
    double *sorted = arena_alloc(scratch, n * sizeof *sorted), sum = 0;
    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    for (uint32_t i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && sorted[end] == sorted[i];)
            end++;
        double c = end - i;
        sum += c * (c - 1) * (2 * c + 5);
        *tied += pairs_of(end - i);
    }
    return sum;
}

struct kendall kendall_of(const double *x, uint32_t n, struct arena *scratch)
{
    struct kendall k = {0};
    uint64_t tied = 0, pairs = pairs_of(n);
    double c = n;
    k.variance = (c * (c - 1) * (2 * c + 5) - ties_of(x, n, scratch, &tied)) / 18;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++)
            k.rises += x[j] > x[i];
    uint64_t untied = pairs - tied;
    k.s = (int64_t)(2 * k.rises) - (int64_t)untied;
    k.tau = untied ? (double)k.s / sqrt((double)untied * (double)pairs) : 0;
    return k;
}

// One more value: f becomes the distribution among i values, which is symmetric, so that half of it
// says it all. Each new term is the mean of up to i old ones: a difference of sums.
static void add_value(double *f, double *sums, uint64_t i)
{
    uint64_t old_pairs = pairs_of(i - 1), half = pairs_of(i) / 2;
    double sum = 0;
    for (uint64_t d = 0; d <= half; d++) {
        uint64_t mirrored = d <= old_pairs / 2 ? d : old_pairs - d;
        sum += d <= old_pairs ? f[mirrored] : 0;
        sums[d] = sum;
    }
    for (uint64_t d = 0; d <= half; d++)
        f[d] = (sums[d] - (d >= i ? sums[d - i] : 0)) / (double)i;
}

struct kendall_tail kendall_tail_of(uint32_t n, struct arena *arena)
{
    struct kendall_tail tail = {.n = n, .pairs = pairs_of(n)};
    if (n > EXACT_MAX)
        return tail;
    size_t room = tail.pairs / 2 + 1;
    double *f = arena_zalloc(arena, room, sizeof *f);
    tail.sums = arena_zalloc(arena, room, sizeof *f);
    f[0] = 1;
    for (uint32_t i = 2; i <= n; i++)
        add_value(f, tail.sums, i);
    double sum = 0;
    for (size_t d = 0; d < room; d++)
        tail.sums[d] = sum += f[d];
    return tail;
}

// Of at most d falls among many values: the normal distribution, corrected by Edgeworth's first
// term. The fourth cumulant is that of a sum of uniform numbers of 0 … i − 1, each (1 − i⁴) / 120.
static double normal_tail(uint32_t count, uint64_t pairs, uint64_t falls)
{
    double n = count, n5 = n * n * n * n * n;
    double variance = n * (n - 1) * (2 * n + 5) / 72;
    double powers = n5 / 5 + n * n * n * n / 2 + n * n * n / 3 - n / 30;
    double excess = (n - powers) / 120 / (variance * variance);
    double z = ((double)falls + 0.5 - (double)pairs / 2) / sqrt(variance);
    double density = exp(-z * z / 2) / sqrt(2 * M_PI);
    double p = erfc(-z / sqrt(2)) / 2 - density * excess / 24 * (z * z * z - 3 * z);
    return fmin(fmax(p, 0), 1);
}

double kendall_p(const struct kendall_tail *tail, uint64_t rises)
{
    uint64_t falls = tail->pairs - rises;
    if (!tail->sums)
        return normal_tail(tail->n, tail->pairs, falls);
    if (falls <= tail->pairs / 2)
        return fmin(tail->sums[falls], 1);
    return rises ? 1 - tail->sums[rises - 1] : 1;
}
