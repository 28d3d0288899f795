// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"

#include <stdio.h>

#include "check.h"

static void whole_numbers(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } rows[] = {
        {"0", 0},
        {"-1", -1},
        {"+7", 7},
        {"007", 7},
        {"0x10", 16},
        {"0X1f", 31},
        {"-0x10", -16},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 99;
        check_about("%s", rows[i].text);
        CHECK(num_parse_i64(span_of(rows[i].text), &value));
        CHECK_INT(value, rows[i].value);
    }
}

static void no_whole_numbers(void)
{
    static const char *const rows[] = {"",    " 1",  "1 ",  "1.5", "1e3",
                                       "-",   "+-1", "0x",  "0xg", "0x-1",
                                       "ten", "1_0", "--1", "a",   "9223372036854775808"};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int64_t value = 99;
        check_about("%s", rows[i]);
        CHECK(!num_parse_i64(span_of(rows[i]), &value));
        CHECK_INT(value, 99);
    }
    int64_t value;
    CHECK(!num_parse_i64(SPAN("1\0"), &value));
    CHECK(!num_parse_i64((struct span){0}, &value));
}

static void fractions(void)
{
    static const struct {
        const char *text;
        double value;
    } rows[] = {{"0", 0}, {"-2.5", -2.5}, {"1e3", 1000}, {".5", 0.5}, {"+0.005", 0.005}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        double value = 99;
        check_about("%s", rows[i].text);
        CHECK(num_parse_f64(span_of(rows[i].text), &value));
        CHECK_F64(value, rows[i].value);
    }
    static const char *const bad[] = {"", "nan", "inf", "-Inf", "1e999", "1,5", " 1", "1 ", "."};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        double value = 99;
        check_about("%s", bad[i]);
        CHECK(!num_parse_f64(span_of(bad[i]), &value));
        CHECK_F64(value, 99);
    }
}

static void truths(void)
{
    static const char *const yes[] = {"true", "t", "yes", "y", "1", "TRUE", "Yes"};
    static const char *const no[] = {"false", "f", "no", "n", "0", "False", "NO"};
    static const char *const neither[] = {"", "tr", "truee", "2", "on", " true"};
    bool value;
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        CHECK(num_parse_bool(span_of(yes[i]), &value) && value);
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        CHECK(num_parse_bool(span_of(no[i]), &value) && !value);
    for (size_t i = 0; i < sizeof neither / sizeof neither[0]; i++)
        CHECK(!num_parse_bool(span_of(neither[i]), &value));
}

static void arithmetic_at_the_edges(void)
{
    CHECK_INT(i64_abs(-5), 5);
    CHECK_INT(i64_abs(INT64_MIN), INT64_MAX);
    CHECK_INT(i64_add(INT64_MAX, 1), INT64_MAX);
    CHECK_INT(i64_add(INT64_MIN, -1), INT64_MIN);
    CHECK_INT(i64_add(INT64_MAX, INT64_MIN), -1);
    CHECK_INT(i64_neg(INT64_MIN), INT64_MAX);
    CHECK_INT(i64_div(7, 2), 3);
    CHECK_INT(i64_div(-7, 2), -3);
    CHECK_INT(i64_div(INT64_MIN, -1), INT64_MAX);
    CHECK_INT(i64_of(2.9), 2);
    CHECK_INT(i64_of(-2.9), -2);
    CHECK_INT(i64_of(0x1p63), INT64_MIN);
    CHECK_INT(i64_of(-0x1p63), INT64_MIN);
    CHECK_INT(i64_of(1e300), INT64_MIN);
    CHECK_INT(i64_of(__builtin_nan("")), INT64_MIN);
    CHECK_INT(i64_cut(1e300), INT64_MAX);
    CHECK_INT(i64_cut(-1e300), INT64_MIN);
}

static void digits(void)
{
    uint64_t value = 1;
    for (int i = 0; i < 2000; i++) {
        char expected[32], out[1 + NUM_DIGITS_MAX];
        uint64_t shown = i % 3 ? value >> (i % 64) : value / 10 * 10;
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)shown);
        CHECK_SPAN(((struct span){out, num_digits(out, shown)}), span_of(expected));
        snprintf(expected, sizeof expected, "%lld", (long long)shown);
        CHECK_SPAN(((struct span){out, num_signed(out, (int64_t)shown)}), span_of(expected));
        value = value * 6364136223846793005u + 1442695040888963407u;
    }
    const uint64_t edges[] = {0, 9, 10, 99, 100, 9999, 10000, 99999, 1ull << 63, UINT64_MAX};
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        char expected[32], out[NUM_DIGITS_MAX];
        snprintf(expected, sizeof expected, "%llu", (unsigned long long)edges[i]);
        CHECK_SPAN(((struct span){out, num_digits(out, edges[i])}), span_of(expected));
    }
}

static void floats_print_as_go_prints_them(void)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {{0.005, "0.005"},   {1e6, "1e+06"},
                 {123456, "123456"}, {1234567, "1.234567e+06"},
                 {0.0001, "0.0001"}, {0.00001, "1e-05"},
                 {100, "100"},       {2.5, "2.5"},
                 {0, "0"},           {3.0000000000000004, "3.0000000000000004"},
                 {-2, "-2"},         {1e-300, "1e-300"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        num_print_f64(cases[i].value, &out);
        CHECK_SPAN(buf_span(&out), span_of(cases[i].text));
        buf_release(&out);
    }
}

CHECK_MAIN(CASE(floats_print_as_go_prints_them), CASE(digits), CASE(whole_numbers),
           CASE(no_whole_numbers), CASE(fractions), CASE(truths), CASE(arithmetic_at_the_edges))
