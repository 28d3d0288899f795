// SPDX-License-Identifier: Apache-2.0
#include "base/unit.h"

#include <stdio.h>

#include "check.h"

struct scale_row {
    int64_t value;
    const char *from, *to;
    double expected;
    const char *unit;
};

static void check_scale(const struct scale_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct scale_row *r = &rows[i];
        check_about("%lld %s to %s", (long long)r->value, r->from, r->to);
        struct measure m = unit_scale(r->value, span_of(r->from), span_of(r->to));
        CHECK_F64(m.value, r->expected);
        CHECK_SPAN(m.unit, span_of(r->unit));
    }
}

#define CHECK_SCALE(rows) check_scale(rows, sizeof(rows) / sizeof(rows)[0])

static void bytes(void)
{
    static const struct scale_row rows[] = {
        {1, "kb", "b", 1024, "B"},
        {1, "kbyte", "b", 1024, "B"},
        {1, "kilobyte", "b", 1024, "B"},
        {1, "mb", "kb", 1024, "kB"},
        {1, "gb", "mb", 1024, "MB"},
        {1024, "gb", "tb", 1, "TB"},
        {1024, "tb", "pb", 1, "PB"},
        {3, "pbyte", "petabytes", 3, "PB"},
        {2, "terabyte", "gigabyte", 2048, "GB"},
        {1, "MegaBytes", "bytes", 1048576, "B"},
        {2048, "mb", "auto", 2, "GB"},
        {1023, "bytes", "auto", 1023, "B"},
        {1024, "bytes", "auto", 1, "kB"},
        {1536, "bytes", "minimum", 1.5, "kB"},
        {0, "bytes", "auto", 0, "B"},
        // A target that is no unit of the family, or none at all.
        {2048, "bytes", "seconds", 2048, "B"},
        {2, "kb", "", 2048, "B"},
    };
    CHECK_SCALE(rows);
}

static void times(void)
{
    static const struct scale_row rows[] = {
        {1, "s", "ms", 1000, "ms"},
        {1, "sec", "us", 1e6, "us"},
        {1, "second", "ns", 1e9, "ns"},
        {5, "Nanoseconds", "ns", 5, "ns"},
        {1500, "microseconds", "millisecond", 1.5, "ms"},
        {2, "hours", "s", 7200, "s"},
        {2, "hr", "hrs", 2, "hrs"},
        {31536000, "s", "auto", 8760, "hrs"},
        {90, "s", "auto", 90, "s"},
        {3600, "s", "minimum", 1, "hrs"},
        {999, "ns", "auto", 999, "ns"},
        // In between the units there are no minutes, so that they are a unit like any unknown.
        {3, "minutes", "auto", 3, ""},
        {60, "s", "minutes", 60, "s"},
        // Nothing is too small for a unit of its own but zero.
        {0, "ns", "auto", 0, "s"},
        {7, "ns", "bytes", 7e-9, "s"},
    };
    CHECK_SCALE(rows);
}

static void gcus(void)
{
    static const struct scale_row rows[] = {
        {80000000000, "nanogcu", "petagcus", 8e-14, "P*GCU"},
        {15000000000, "microGCU", "teraGCU", 1.5e-8, "T*GCU"},
        {3000000, "milliGCU", "gigagcu", 3e-6, "G*GCU"},
        {1000, "kilogcu", "megagcu", 1, "M*GCU"},
        {2000, "GCU", "kiloGCU", 2, "k*GCU"},
        {7, "megaGCU", "gcu", 7e6, "GCU"},
        {5, "gigagcus", "milligcu", 5e12, "m*GCU"},
        {7, "teragcus", "nanoGCU", 7e21, "n*GCU"},
        {1, "petaGCU", "microGCU", 1e21, "u*GCU"},
        {100, "NanoGCU", "auto", 100, "n*GCU"},
        {5000, "nanogcu", "auto", 5, "u*GCU"},
        {3000, "MicroGCU", "auto", 3, "m*GCU"},
        {4000, "MilliGCU", "auto", 4, "GCU"},
        {4000, "GCU", "auto", 4, "k*GCU"},
        {5000, "KiloGCU", "auto", 5, "M*GCU"},
        {6000, "MegaGCU", "auto", 6, "G*GCU"},
        {7000, "GigaGCU", "auto", 7, "T*GCU"},
        {8000, "TeraGCU", "auto", 8, "P*GCU"},
        {9000, "PetaGCU", "auto", 9000, "P*GCU"},
    };
    CHECK_SCALE(rows);
}

static void other_units(void)
{
    static const struct scale_row rows[] = {
        {1, "foo", "count", 1, ""},
        {1, "foo", "sample", 1, ""},
        {1, "foo", "unit", 1, ""},
        {1, "foo", "bar", 1, "bar"},
        {2000, "count", "count", 2000, ""},
        {2000, "count", "auto", 2000, ""},
        {2000, "count", "minimum", 2000, ""},
        {5, "", "", 5, ""},
        {5, "a_unit_with_a_very_long_name_indeed", "ns", 5, "ns"},
    };
    CHECK_SCALE(rows);
}

static void negative_values(void)
{
    static const struct scale_row rows[] = {
        {-1, "s", "ms", -1000, "ms"},
        {-2048, "bytes", "auto", -2, "kB"},
        {-1, "foo", "bar", -1, "bar"},
        {INT64_MIN, "ns", "auto", -0x1p63 / 3.6e12, "hrs"},
        {INT64_MIN, "bytes", "minimum", -8192, "PB"},
        {INT64_MIN, "bytes", "pb", -8192, "PB"},
    };
    CHECK_SCALE(rows);
}

static void compatible_units(void)
{
    CHECK(unit_compatible(SPAN("bytes"), SPAN("kb")));
    CHECK(unit_compatible(SPAN("ns"), SPAN("hours")));
    CHECK(unit_compatible(SPAN("count"), SPAN("count")));
    CHECK(unit_compatible(SPAN("milligcu"), SPAN("GCU")));
    CHECK(!unit_compatible(SPAN("count"), SPAN("counts")));
    CHECK(!unit_compatible(SPAN("bytes"), SPAN("ns")));
    CHECK(!unit_compatible(SPAN("bytes"), SPAN("count")));
}

static void labels(void)
{
    static const struct {
        int64_t value;
        const char *from, *to, *expected;
    } rows[] = {
        {0, "s", "ms", "0"},
        {12, "ns", "ns", "12ns"},
        {12345, "us", "s", "0.01s"},
        {12500, "ms", "s", "12.50s"},
        {13107200, "bytes", "auto", "12.50MB"},
        {1, "bytes", "MB", "0"},
        {-1, "bytes", "MB", "0"},
        {-3, "s", "auto", "-3s"},
        {100, "count", "auto", "100"},
        {7, "widgets", "crates", "7crates"},
        {INT64_MIN, "", "", "-9223372036854775808"},
        {INT64_MAX, "petagcu", "nanogcu", "9223372036854775471587590017024n*GCU"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[UNIT_LABEL_MAX];
        struct unit_conv conv = unit_conv_of(span_of(rows[i].from), span_of(rows[i].to));
        size_t n = unit_format(out, &conv, rows[i].value);
        check_about("%lld %s to %s", (long long)rows[i].value, rows[i].from, rows[i].to);
        if (rows[i].value != INT64_MAX)
            CHECK_SPAN(((struct span){out, n}), span_of(rows[i].expected));
        else
            CHECK(span_ends((struct span){out, n}, SPAN("n*GCU")) && n > 40);
    }
}

static void long_units_are_cut(void)
{
    char name[1000], out[UNIT_LABEL_MAX];
    memset(name, 'u', sizeof name);
    struct unit_conv conv = unit_conv_of(SPAN("x"), (struct span){name, sizeof name});
    CHECK_INT((int64_t)unit_format(out, &conv, 12), UNIT_LABEL_MAX);
    CHECK(memcmp(out, "12uuu", 5) == 0 && out[UNIT_LABEL_MAX - 1] == 'u');
}

static void percentages(void)
{
    static const struct {
        int64_t value, total;
        const char *expected;
    } rows[] = {
        {100, 100, "  100%"},
        {0, 0, "    0%"},
        {5, 0, "    0%"},
        {0, 100, "    0%"},
        {9995, 10000, "  100%"},
        {10005, 10000, "  100%"},
        {99949, 100000, "99.95%"},
        {100051, 100000, "100.05%"},
        {1, 1, "  100%"},
        {1, 3, "33.33%"},
        {1, 100, " 1.00%"},
        {-1, 4, "25.00%"},
        {1, -4, "25.00%"},
        {99, 10000, " 0.99%"},
        {999, 100000, "    1%"},
        {1, 1000, "  0.1%"},
        {123, 100000, " 0.12%"},
        {1, 10000000, "1e-05%"},
        {3, 1, "300.00%"},
        {INT64_MIN, INT64_MAX, "  100%"},
        {INT64_MAX, 1, "922337203685477580800.00%"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char out[PERCENT_MAX];
        check_about("%lld of %lld", (long long)rows[i].value, (long long)rows[i].total);
        size_t n = unit_percent(out, rows[i].value, rows[i].total);
        CHECK_SPAN(((struct span){out, n}), span_of(rows[i].expected));
    }
}

// Against the C library, over all sizes of values and fractions, and halfway between two results.
static void decimals_are_those_of_printf(void)
{
    struct unit_conv convs[] = {unit_conv_of(SPAN("bytes"), SPAN("kb")),
                                unit_conv_of(SPAN("bytes"), SPAN("gb"))};
    uint64_t random = 1;
    bool same = true;
    for (int i = 0; same && i < 200000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t value = (int64_t)random >> (random >> 58);
        value = i % 8 < 4 ? value : value & ~(int64_t)0x7f; // eighths of what is shown
        char expected[UNIT_LABEL_MAX], out[UNIT_LABEL_MAX];
        double unit = i % 2 ? 0x1p30 : 0x1p10;
        int whole = snprintf(expected, sizeof expected, "%.2f", (double)value / unit) - 3;
        if (strcmp(expected + whole, ".00") == 0)
            expected[whole] = '\0';
        bool zero = strcmp(expected, "0") == 0 || strcmp(expected, "-0") == 0;
        size_t n = unit_format(out, &convs[i % 2], value);
        check_about("%lld", (long long)value);
        same = zero ? CHECK_SPAN(((struct span){out, n}), SPAN("0"))
                    : CHECK_SPAN(((struct span){out, n - 2}), span_of(expected));
    }
}

// The same for shares, of which those below one percent have two digits.
static void shares_are_those_of_printf(void)
{
    uint64_t random = 1;
    bool same = true;
    for (int i = 0; same && i < 200000; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t total = (int64_t)(random >> 1 >> (random & 63)) + 1;
        random = random * 6364136223846793005u + 1442695040888963407u;
        int64_t value = i % 4 ? (int64_t)(random >> 12) % total : total / 1000 * (i % 2000);
        value >>= i % 3 * 7;
        double percent = (double)value / (double)total * 100;
        char expected[PERCENT_MAX], out[PERCENT_MAX];
        if (percent >= 99.95 && percent <= 100.05)
            continue;
        snprintf(expected, sizeof expected, percent < 1 ? "%5.2g%%" : "%5.2f%%", percent);
        check_about("%lld of %lld", (long long)value, (long long)total);
        same = CHECK_SPAN(((struct span){out, unit_percent(out, value, total)}), span_of(expected));
    }
}

CHECK_MAIN(CASE(bytes), CASE(times), CASE(gcus), CASE(other_units), CASE(negative_values),
           CASE(compatible_units), CASE(labels), CASE(long_units_are_cut), CASE(percentages),
           CASE(decimals_are_those_of_printf), CASE(shares_are_those_of_printf))
