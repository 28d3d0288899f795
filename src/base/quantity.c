// SPDX-License-Identifier: Apache-2.0
#include "base/quantity.h"

#include <ctype.h>
#include <inttypes.h>

#include "base/num.h"

struct measure_unit {
    const char *name;
    int64_t factor;
};

// The largest first.
static const struct measure_unit times[] = {
    {"h", 3600000000000}, {"m", 60000000000}, {"s", 1000000000}, {"ms", 1000000},
    {"us", 1000},         {"µs", 1000},       {"ns", 1},         {NULL, 0},
};

static const struct measure_unit sizes[] = {
    {"TiB", (int64_t)1 << 40},
    {"GiB", 1 << 30},
    {"MiB", 1 << 20},
    {"KiB", 1 << 10},
    {"TB", (int64_t)1 << 40},
    {"GB", 1 << 30},
    {"MB", 1 << 20},
    {"KB", 1 << 10},
    {"T", (int64_t)1 << 40},
    {"G", 1 << 30},
    {"M", 1 << 20},
    {"K", 1 << 10},
    {"B", 1},
    {NULL, 0},
};

static bool is_digit(char c)
{
    return isdigit((unsigned char)c) || c == '.';
}

// Takes "1.5ms" off the text; a number without a unit counts as what is plain.
static bool take(struct span *text, const struct measure_unit *units, int64_t plain, double *value)
{
    size_t digits = 0, end;
    while (digits < text->n && is_digit(text->at[digits]))
        digits++;
    for (end = digits; end < text->n && !is_digit(text->at[end]);)
        end++;
    struct span unit = {text->at + digits, end - digits};
    while (unit.n && unit.at[0] == ' ')
        unit = span_from(unit, 1);
    if (digits == 0 || !num_parse_f64(span_upto(*text, digits), value))
        return false;
    *text = span_from(*text, end);
    int64_t factor = unit.n ? 0 : plain;
    for (; units->name && !factor; units++)
        if (strlen(units->name) == unit.n && strncasecmp(units->name, unit.at, unit.n) == 0)
            factor = units->factor;
    *value *= (double)factor;
    return factor != 0;
}

// What stands for more than a signed 64-bit number can hold is refused.
static bool fit(double value, int64_t *out)
{
    if (!(value >= 0 && value < 0x1p63))
        return false;
    int64_t whole = (int64_t)value;
    *out = whole + (value - (double)whole >= 0.5);
    return true;
}

bool duration_parse(struct span text, int64_t *out)
{
    double sum, part;
    if (!take(&text, times, 1000000000, &sum))
        return false;
    while (text.n) {
        if (!take(&text, times, 0, &part))
            return false;
        sum += part;
    }
    return fit(sum, out);
}

void duration_print(int64_t nanoseconds, struct buf *out)
{
    if (nanoseconds == 0)
        buf_add(out, SPAN("0s"));
    for (const struct measure_unit *u = times; u->name && nanoseconds; u++) {
        if (nanoseconds >= u->factor)
            buf_printf(out, "%" PRId64 "%s", nanoseconds / u->factor, u->name);
        nanoseconds %= u->factor;
    }
}

bool size_parse(struct span text, int64_t *out)
{
    double value;
    return take(&text, sizes, 1, &value) && text.n == 0 && fit(value, out);
}

void size_print(int64_t bytes, struct buf *out)
{
    const struct measure_unit *u = sizes;
    while (u->factor > 1 && (bytes == 0 || bytes % u->factor))
        u++;
    buf_printf(out, "%" PRId64 "%s", bytes / u->factor, u->name);
}
