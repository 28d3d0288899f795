// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_TRENDTEXT_H
#define CPROF_FORMAT_TRENDTEXT_H

#include "base/buf.h"
#include "format/format.h"
#include "report/trend.h"

// Pieces of text that reports on series share.

// Adds a value that need not be whole in the unit that suits it: "12.5MB", "3.25"; with a sign "+"
// where it is above 0 and that is wanted.
void trend_add_value(struct buf *out, const struct report *r, double value, bool sign);

// The same as a slope: "+12.5MB/h", "0.25/h", "+1MB/snapshot".
void trend_add_slope(struct buf *out, const struct report *r, const struct trend *t, double slope);

// A length of time, given in hours: "45s", "3.2h", "12 days".
void trend_add_hours(struct buf *out, double hours);

// One character for each value, from ▁ for the least to █ for the most; of more values than width
// means of neighbours.
void trend_add_sparkline(struct buf *out, const double *values, uint32_t n, uint32_t width);

// Lines on the series: what it is of, when it was taken, what was left out of it.
label_lines format_series_labels(const struct report *r, const struct trend *t);

// When an item reaches the report's limit: "in 3.2h (2.5h to 5h)"; "" where there is none.
struct span format_limit(const struct report *r, const struct trend *t,
                         const struct trend_item *item);

#endif
