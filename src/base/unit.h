// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_UNIT_H
#define CPROF_BASE_UNIT_H

#include <stdint.h>

#include "base/span.h"

// Measurements and their units: bytes (powers of 1024), time and GCUs (Google compute units).
// The names, factors and rules are those of google/pprof's internal/measurement.

struct unit;

// A way from one unit to another, looked up once and used for many values. "auto" and "minimum"
// as the target pick the largest unit in which the value is at least 1; a unit that is not known is
// kept as it is. Borrows the target's bytes.
struct unit_conv {
    const struct unit_family *family; // NULL: nothing is known of the source unit
    const struct unit *from, *to;     // to is NULL: pick by value
    struct span other;                // the target's name where family is NULL
};

struct measure {
    double value;
    struct span unit; // "" where there is nothing worth saying
};

struct unit_conv unit_conv_of(struct span from, struct span to);
struct measure unit_convert(const struct unit_conv *conv, int64_t value);
struct measure unit_scale(int64_t value, struct span from, struct span to);

// Whether both units measure the same thing: the same word, or two of one family.
bool unit_compatible(struct span a, struct span b);

enum { UNIT_LABEL_MAX = 400 };

// Writes value and unit as "12.50MB", "3s", "0"; a very long unit is cut. Returns the length.
size_t unit_format(char out[UNIT_LABEL_MAX], const struct unit_conv *conv, int64_t value);

enum { PERCENT_MAX = 32 };

// Writes the share of the total, sign dropped, as "12.50%" padded to six places on the left.
size_t unit_percent(char out[PERCENT_MAX], int64_t value, int64_t total);

// The same without the blanks before it, in out.
struct span unit_share(char out[PERCENT_MAX], int64_t value, int64_t total);

#endif
