// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_TESTS_UNIT_CHECK_H
#define CPROF_TESTS_UNIT_CHECK_H

#include <stdint.h>

#include "base/span.h"

// The harness: a test program is a list of cases, and prints one line of TAP for each. A check that
// fails prints where, and both values; the case goes on.

struct check_case {
    const char *name;
    void (*run)(void);
};

#define CASE(function)      \
    {                       \
#function, function \
    }
#define CHECK_MAIN(...)                                              \
    int main(void)                                                   \
    {                                                                \
        static const struct check_case cases[] = {__VA_ARGS__};      \
        return check_run_all(cases, sizeof cases / sizeof cases[0]); \
    }

#define CHECK(condition) check_true((condition), #condition, __FILE__, __LINE__)
#define CHECK_INT(actual, expected) check_int((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_F64(actual, expected) check_f64((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_SPAN(actual, expected) check_span((actual), (expected), #actual, __FILE__, __LINE__)
#define CHECK_STR(actual, expected) \
    check_span(span_of(actual), span_of(expected), #actual, __FILE__, __LINE__)
#define CHECK_HAS(actual, part) \
    check_has(span_of(actual), span_of(part), #actual, __FILE__, __LINE__)

// All return whether the check holds. Floating point may differ in the last digits.
bool check_true(bool holds, const char *what, const char *file, int line);
bool check_int(int64_t actual, int64_t expected, const char *what, const char *file, int line);
bool check_f64(double actual, double expected, const char *what, const char *file, int line);
bool check_span(struct span actual, struct span expected, const char *what, const char *file,
                int line);
bool check_has(struct span actual, struct span part, const char *what, const char *file, int line);

// What the following checks are about, for the rows of a table; ends with the case.
void check_about(const char *format, ...) __attribute__((format(printf, 1, 2)));

int check_run_all(const struct check_case *cases, size_t n);

#endif
