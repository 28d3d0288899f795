// SPDX-License-Identifier: Apache-2.0
#include "report/sen.h"

#include <math.h>

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
        low = fmax(low, values[i]);
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

double sen_slope(const double *x, const double *t, uint32_t n, struct arena *scratch)
{
    size_t count;
    double *slopes = slopes_of(x, t, n, scratch, &count);
    return select_median(slopes, count);
}

struct sen sen_of(const double *x, const double *t, uint32_t n, double variance,
                  struct arena *scratch)
{
    size_t count;
    double *slopes = slopes_of(x, t, n, scratch, &count);
    if (count == 0)
        return (struct sen){0};
    struct sen sen = {.slope = select_median(slopes, count)};
    double half_width = DEVIATE_95 * sqrt(variance);
    double low = fmax(rint(((double)count - half_width) / 2) - 1, 0);
    double high = fmin(rint(((double)count + half_width) / 2), (double)count - 1);
    sen.low = select_rank(slopes, count, (size_t)low);
    sen.high = select_rank(slopes, count, (size_t)high);
    return sen;
}
