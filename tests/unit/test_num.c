// SPDX-License-Identifier: Apache-2.0
#include "base/num.h"

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
    CHECK_INT(i64_abs(INT64_MIN), INT64_MIN);
    CHECK_INT(i64_div(7, 2), 3);
    CHECK_INT(i64_div(-7, 2), -3);
    CHECK_INT(i64_div(INT64_MIN, -1), INT64_MIN);
    CHECK_INT(i64_of(2.9), 2);
    CHECK_INT(i64_of(-2.9), -2);
    CHECK_INT(i64_of(0x1p63), INT64_MIN);
    CHECK_INT(i64_of(-0x1p63), INT64_MIN);
    CHECK_INT(i64_of(1e300), INT64_MIN);
    CHECK_INT(i64_of(__builtin_nan("")), INT64_MIN);
}

CHECK_MAIN(CASE(whole_numbers), CASE(no_whole_numbers), CASE(fractions), CASE(truths),
           CASE(arithmetic_at_the_edges))
