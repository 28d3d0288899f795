// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_NUM_H
#define CPROF_BASE_NUM_H

#include <stdint.h>

#include "base/buf.h"
#include "base/span.h"

// What does not fit becomes the largest or the least number; reports say so (struct report).
// Elsewhere numbers wrap: the whole program is built with -fwrapv.

static inline int64_t i64_add(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return b < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}

static inline int64_t i64_neg(int64_t v)
{
    return v == INT64_MIN ? INT64_MAX : -v;
}

static inline int64_t i64_abs(int64_t v)
{
    return v < 0 ? i64_neg(v) : v;
}

// v / by, where by is not 0.
static inline int64_t i64_div(int64_t v, int64_t by)
{
    return by == -1 ? i64_neg(v) : v / by;
}

// Cuts the fraction off; what does not fit becomes INT64_MIN, as on amd64.
static inline int64_t i64_of(double v)
{
    return v >= -0x1p63 && v < 0x1p63 ? (int64_t)v : INT64_MIN;
}

// The same, but what is too large becomes INT64_MAX.
static inline int64_t i64_cut(double v)
{
    return v >= 0x1p63 ? INT64_MAX : i64_of(v);
}

enum { NUM_DIGITS_MAX = 20 };

// Writes the value's decimal digits and returns how many there are.
size_t num_digits(char out[NUM_DIGITS_MAX], uint64_t value);

// The same with a minus sign where there is one.
static inline size_t num_signed(char out[1 + NUM_DIGITS_MAX], int64_t value)
{
    out[0] = '-';
    return value < 0 ? 1 + num_digits(out + 1, -(uint64_t)value) : num_digits(out, (uint64_t)value);
}

// v in another measure, as reports show it; a ratio that is not above 0 changes nothing.
static inline int64_t i64_scaled(int64_t v, double ratio)
{
    return ratio > 0 && ratio != 1 ? i64_cut((double)v * ratio) : v;
}

// Whole texts only; false where the text is not a number or does not fit.
bool num_parse_i64(struct span text, int64_t *out); // decimal or 0x…, with a sign
bool num_parse_f64(struct span text, double *out);  // finite
bool num_parse_bool(struct span text, bool *out);   // true t yes y 1, false f no n 0

// Adds the shortest text that num_parse_f64 reads back as the same number, laid out as Go prints
// it: "0.005", "1e+06".
void num_print_f64(double value, struct buf *out);

#endif
