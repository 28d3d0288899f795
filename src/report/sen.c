// SPDX-License-Identifier: Apache-2.0
#include "report/sen.h"

#include <math.h>
#include <stdlib.h>

#define DEVIATE_95 1.959963984540054 // the standard normal one, two-sided

static void swap(double *values, ptrdiff_t a, ptrdiff_t b)
{
    double t = values[a];
    values[a] = values[b];
    values[b] = t;
}

// Puts values[k] between the smaller and the larger ones of left … right; the range in which rank k
// still is remains.
static void part(double *v, ptrdiff_t *left, ptrdiff_t *right, ptrdiff_t k)
{
    ptrdiff_t i = *left, j = *right;
    double pivot = v[k];
    while (i <= j) {
        while (v[i] < pivot)
            i++;
        while (v[j] > pivot)
            j--;
        if (i <= j)
            swap(v, i++, j--);
    }
    if (j < k)
        *left = i;
    if (k < i)
        *right = j;
}

static void select_within(double *v, ptrdiff_t left, ptrdiff_t right, ptrdiff_t k)
{
    while (left < right) {
        if (right - left > 600) { // a sample tells a narrow range in which the value will be
            double n = (double)(right - left + 1), i = (double)(k - left + 1), z = log(n);
            double s = exp(2 * z / 3) / 2;
            double sd = sqrt(z * s * (n - s) / n) / 2 * (i < n / 2 ? -1 : 1);
            double low = (double)k - i * s / n + sd, high = (double)k + (n - i) * s / n + sd;
            ptrdiff_t from = (ptrdiff_t)fmax((double)left, low);
            ptrdiff_t to = (ptrdiff_t)fmin((double)right, high);
            select_within(v, from, to, k);
        }
        part(v, &left, &right, k);
    }
}

double select_rank(double *values, size_t n, size_t rank)
{
    select_within(values, 0, (ptrdiff_t)n - 1, (ptrdiff_t)rank);
    return values[rank];
}

double select_median(double *values, size_t n)
{
    if (n == 0)
        return 0;
    double high = select_rank(values, n, n / 2);
    if (n % 2)
        return high;
    double low = -INFINITY;
    for (size_t i = 0; i < n / 2; i++)
        low = values[i] > low ? values[i] : low; // a call of fmax would take longer than all else
    return (low + high) / 2;
}

static double *slopes_of(const double *x, const double *t, uint32_t n, struct arena *scratch,
                         size_t *count)
{
    double *slopes = arena_alloc(scratch, ((size_t)n * n / 2 + 1) * sizeof *slopes);
    size_t m = 0;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = i + 1; j < n; j++)
            if (t[j] > t[i])
                slopes[m++] = (x[j] - x[i]) / (t[j] - t[i]);
    *count = m;
    return slopes;
}

// Of many slopes a sample tells a narrow range in which each rank will be; one pass then collects
// what lies in these ranges. Windows are for the ranks asked for.
enum { MANY = 20000, SAMPLE = 4096, MARGIN = 150, N_RANKS = 3 };

struct window {
    size_t rank;
    double low, high; // of values that are collected
    double *values;
    size_t n, below; // and how many are less than all of them
};

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void set_windows(struct window *windows, const double *x, const double *t, uint32_t n,
                        size_t count)
{
    double sample[SAMPLE];
    uint64_t state = 88172645463325252;
    for (int k = 0; k < SAMPLE;) {
        state = state * 6364136223846793005 + 1442695040888963407;
        uint32_t i = (uint32_t)((state >> 33) % n), j = (uint32_t)((state >> 13) % n);
        if (t[j] > t[i])
            sample[k++] = (x[j] - x[i]) / (t[j] - t[i]);
    }
    qsort(sample, SAMPLE, sizeof *sample, by_value);
    for (int k = 0; k < N_RANKS; k++) {
        int at = (int)((double)windows[k].rank / (double)count * SAMPLE);
        windows[k].low = at - MARGIN < 0 ? -INFINITY : sample[at - MARGIN];
        windows[k].high = at + MARGIN >= SAMPLE ? INFINITY : sample[at + MARGIN];
    }
}

static void collect(struct window *w, double slope)
{
    w->values[w->n] = slope;
    w->n += slope >= w->low && slope <= w->high;
    w->below += slope < w->low;
}

// Fills the windows, each with room for cap values. False where that is too little, as it is where
// many slopes are equal, or where a rank is in no window.
static bool fill_windows(struct window *windows, const double *x, const double *t, uint32_t n,
                         size_t cap)
{
    for (uint32_t i = 0; i < n; i++) {
        for (int k = 0; k < N_RANKS; k++)
            if (windows[k].n + n > cap)
                return false;
        for (uint32_t j = i + 1; j < n; j++) {
            double slope = (x[j] - x[i]) / (t[j] - t[i]);
            for (int k = 0; k < N_RANKS; k++)
                collect(&windows[k], slope);
        }
    }
    for (int k = 0; k < N_RANKS; k++)
        if (windows[k].below >= windows[k].rank ||
            windows[k].rank - windows[k].below >= windows[k].n)
            return false;
    return true;
}

static bool rises_strictly(const double *t, uint32_t n)
{
    for (uint32_t i = 1; i < n; i++)
        if (t[i] <= t[i - 1])
            return false;
    return true;
}

// The slopes of three ranks, the second of which is the median's; *slope is that.
static bool select_from_many(const double *x, const double *t, uint32_t n, const size_t *ranks,
                             struct sen *sen, struct arena *scratch)
{
    size_t count = (size_t)n * (n - 1) / 2, cap = count / 4;
    struct window windows[N_RANKS];
    if (count < MANY || !rises_strictly(t, n))
        return false;
    for (int k = 0; k < N_RANKS; k++)
        windows[k] =
            (struct window){.rank = ranks[k], .values = arena_alloc(scratch, cap * sizeof(double))};
    set_windows(windows, x, t, n, count);
    if (!fill_windows(windows, x, t, n, cap))
        return false;
    double found[N_RANKS];
    for (int k = 0; k < N_RANKS; k++)
        found[k] = select_rank(windows[k].values, windows[k].n, windows[k].rank - windows[k].below);
    *sen = (struct sen){.low = found[0], .slope = found[1], .high = found[2]};
    double before = -INFINITY; // the other middle one
    for (size_t i = 0; i < windows[1].rank - windows[1].below; i++)
        before = windows[1].values[i] > before ? windows[1].values[i] : before;
    if (count % 2 == 0)
        sen->slope = (before + found[1]) / 2;
    return true;
}

double sen_slope(const double *x, const double *t, uint32_t n, struct arena *scratch)
{
    size_t count;
    double *slopes = slopes_of(x, t, n, scratch, &count);
    return select_median(slopes, count);
}

// The ranks of the interval's ends and of the median.
static void ranks_of(size_t count, double variance, size_t *ranks)
{
    double half_width = DEVIATE_95 * sqrt(variance);
    ranks[0] = (size_t)fmax(rint(((double)count - half_width) / 2) - 1, 0);
    ranks[1] = count / 2;
    ranks[2] = (size_t)fmin(rint(((double)count + half_width) / 2), (double)count - 1);
}

struct sen sen_of(const double *x, const double *t, uint32_t n, double variance,
                  struct arena *scratch)
{
    struct sen sen = {0};
    size_t count = (size_t)n * (n - 1) / 2, ranks[N_RANKS];
    if (n < 2)
        return sen;
    ranks_of(count, variance, ranks);
    if (select_from_many(x, t, n, ranks, &sen, scratch))
        return sen;
    double *slopes = slopes_of(x, t, n, scratch, &count);
    if (count == 0)
        return sen;
    ranks_of(count, variance, ranks);
    return (struct sen){.slope = select_median(slopes, count),
                        .low = select_rank(slopes, count, ranks[0]),
                        .high = select_rank(slopes, count, ranks[2])};
}
