// SPDX-License-Identifier: Apache-2.0
#include "base/unit.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>

#include "base/num.h"

struct unit {
    const char *name;
    const char *aliases[4]; // lower case, singular
    double factor;          // in terms of the family's base
};

struct unit_family {
    const struct unit *units; // by rising factor
    size_t n;
    const struct unit *fallback; // for an unknown target, and for what is smaller than all units
};

static const struct unit bytes[] = {
    {"B", {"b", "byte"}, 0x1p0},
    {"kB", {"kb", "kbyte", "kilobyte"}, 0x1p10},
    {"MB", {"mb", "mbyte", "megabyte"}, 0x1p20},
    {"GB", {"gb", "gbyte", "gigabyte"}, 0x1p30},
    {"TB", {"tb", "tbyte", "terabyte"}, 0x1p40},
    {"PB", {"pb", "pbyte", "petabyte"}, 0x1p50},
};

static const struct unit times[] = {
    {"ns", {"ns", "nanosecond"}, 1},    {"us", {"μs", "us", "microsecond"}, 1e3},
    {"ms", {"ms", "millisecond"}, 1e6}, {"s", {"s", "sec", "second"}, 1e9},
    {"hrs", {"hour", "hr"}, 3600e9},
};

static const struct unit gcus[] = {
    {"n*GCU", {"nanogcu"}, 1e-9}, {"u*GCU", {"microgcu"}, 1e-6}, {"m*GCU", {"milligcu"}, 1e-3},
    {"GCU", {"gcu"}, 1},          {"k*GCU", {"kilogcu"}, 1e3},   {"M*GCU", {"megagcu"}, 1e6},
    {"G*GCU", {"gigagcu"}, 1e9},  {"T*GCU", {"teragcu"}, 1e12},  {"P*GCU", {"petagcu"}, 1e15},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct unit_family families[] = {
    {bytes, COUNT(bytes), &bytes[0]},
    {times, COUNT(times), &times[3]},
    {gcus, COUNT(gcus), &gcus[3]},
};

static bool is_alias(const struct unit *u, struct span word)
{
    for (size_t i = 0; i < COUNT(u->aliases) && u->aliases[i]; i++)
        if (span_eq(span_of(u->aliases[i]), word))
            return true;
    return false;
}

// Case and a plural "s" do not matter.
static const struct unit *find_unit(const struct unit_family *family, struct span name)
{
    char word[16];
    if (name.n > sizeof word)
        return NULL;
    for (size_t i = 0; i < name.n; i++)
        word[i] = (char)tolower((unsigned char)name.at[i]);
    size_t n = name.n > 2 && word[name.n - 1] == 's' ? name.n - 1 : name.n;
    for (size_t i = 0; i < family->n; i++)
        if (is_alias(&family->units[i], (struct span){word, n}))
            return &family->units[i];
    return NULL;
}

static bool is_automatic(struct span unit)
{
    return span_eq(unit, SPAN("minimum")) || span_eq(unit, SPAN("auto"));
}

static bool is_plain_count(struct span unit)
{
    return span_eq(unit, SPAN("count")) || span_eq(unit, SPAN("sample")) ||
           span_eq(unit, SPAN("unit")) || is_automatic(unit);
}

struct unit_conv unit_conv_of(struct span from, struct span to)
{
    for (size_t i = 0; i < COUNT(families); i++) {
        const struct unit_family *family = &families[i];
        const struct unit *source = find_unit(family, from);
        if (!source)
            continue;
        struct unit_conv conv = {.family = family, .from = source};
        if (!is_automatic(to)) {
            conv.to = find_unit(family, to);
            conv.to = conv.to ? conv.to : family->fallback;
        }
        return conv;
    }
    return (struct unit_conv){.other = is_plain_count(to) ? SPAN("") : to};
}

static const struct unit *best_unit(const struct unit_family *family, double value)
{
    const struct unit *best = family->fallback;
    for (size_t i = 0; i < family->n; i++)
        if (value / family->units[i].factor >= 1.0)
            best = &family->units[i];
    return best;
}

struct measure unit_convert(const struct unit_conv *conv, int64_t value)
{
    if (value < 0 && -value > 0) {
        struct measure m = unit_convert(conv, -value);
        m.value = -m.value;
        return m;
    }
    if (!conv->family)
        return (struct measure){(double)value, conv->other};
    double base = (double)value * conv->from->factor;
    const struct unit *to = conv->to ? conv->to : best_unit(conv->family, fabs(base));
    return (struct measure){base / to->factor, span_of(to->name)};
}

struct measure unit_scale(int64_t value, struct span from, struct span to)
{
    struct unit_conv conv = unit_conv_of(from, to);
    return unit_convert(&conv, value);
}

bool unit_compatible(struct span a, struct span b)
{
    if (span_eq(a, b))
        return true;
    for (size_t i = 0; i < COUNT(families); i++)
        if (find_unit(&families[i], a) && find_unit(&families[i], b))
            return true;
    return false;
}

// Numbers are printed as printf prints them, to the digit, but in exact whole numbers: nothing else
// is as slow.

// The whole number next to scaled / 2^bits; of two, the even one.
static uint64_t nearest(unsigned __int128 scaled, unsigned bits)
{
    unsigned __int128 rest = scaled & (((unsigned __int128)1 << bits) - 1),
                      half = (unsigned __int128)1 << (bits - 1);
    uint64_t below = (uint64_t)(scaled >> bits);
    return below + (rest > half || (rest == half && below % 2));
}

// As "%.2f".
static size_t two_decimals(char out[UNIT_LABEL_MAX], double value)
{
    double magnitude = fabs(value);
    if (!(magnitude == 0 || (magnitude >= 0x1p-11 && magnitude < 0x1p53)))
        return (size_t)snprintf(out, UNIT_LABEL_MAX, "%.2f", value);
    uint64_t whole = (uint64_t)magnitude;
    uint64_t fraction = (uint64_t)((magnitude - (double)whole) * 0x1p64);
    uint64_t hundredths = nearest((unsigned __int128)fraction * 100, 64);
    size_t n = signbit(value) != 0;
    out[0] = '-';
    n += num_digits(out + n, whole + (hundredths == 100));
    out[n++] = '.';
    out[n++] = (char)('0' + hundredths / 10 % 10);
    out[n++] = (char)('0' + hundredths % 10);
    return n;
}

size_t unit_format(char out[UNIT_LABEL_MAX], const struct unit_conv *conv, int64_t value)
{
    struct measure m = unit_convert(conv, value);
    size_t n = two_decimals(out, m.value);
    if (n > 3 && memcmp(out + n - 3, ".00", 3) == 0)
        n -= 3;
    if ((n == 1 && out[0] == '0') || (n == 2 && memcmp(out, "-0", 2) == 0)) {
        out[0] = '0';
        return 1;
    }
    size_t room = UNIT_LABEL_MAX - n;
    size_t unit = m.unit.n < room ? m.unit.n : room;
    if (unit)
        memcpy(out + n, m.unit.at, unit);
    return n + unit;
}

// As "%.2g" what is less than 1.
static size_t two_digits(char out[UNIT_LABEL_MAX], double value)
{
    enum { BITS = 80 }; // after the point
    if (value < 1e-4)
        return (size_t)snprintf(out, UNIT_LABEL_MAX, "%.2g", value);
    unsigned __int128 fixed = (unsigned __int128)(value * 0x1p80), scaled = fixed * 100;
    size_t n_decimals = 2;
    for (; scaled >> BITS < 10; scaled *= 10)
        n_decimals++;
    uint64_t digits = nearest(scaled, BITS);
    for (; digits % 10 == 0; digits /= 10)
        n_decimals--;
    if (n_decimals == 0) {
        out[0] = '1';
        return 1;
    }
    static const char zeros[] = "0.00000";
    char text[NUM_DIGITS_MAX];
    size_t n = num_digits(text, digits), before = sizeof "0." - 1 + n_decimals - n;
    memcpy(out, zeros, before);
    memcpy(out + before, text, n);
    return before + n;
}

size_t unit_percent(char out[PERCENT_MAX], int64_t value, int64_t total)
{
    enum { WIDTH = 5 };
    double ratio = total ? fabs((double)value / (double)total) * 100 : 0;
    char text[UNIT_LABEL_MAX] = "0";
    size_t n = 1;
    if (ratio >= 99.95 && ratio <= 100.05)
        memcpy(text, "100", n = 3);
    else if (ratio >= 1.0)
        n = two_decimals(text, ratio);
    else if (ratio > 0)
        n = two_digits(text, ratio);
    size_t blanks = n < WIDTH ? WIDTH - n : 0;
    memset(out, ' ', blanks);
    memcpy(out + blanks, text, n);
    out[blanks + n] = '%';
    return blanks + n + 1;
}

struct span unit_share(char out[PERCENT_MAX], int64_t value, int64_t total)
{
    struct span share = {out, unit_percent(out, value, total)};
    while (share.n && share.at[0] == ' ')
        share = span_from(share, 1);
    return share;
}
