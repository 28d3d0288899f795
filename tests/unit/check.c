// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>

static char about[200];
static int checks, failures; // of the case at hand

// TAP's comments are lines that start with "#", so nothing may break the line.
static void put_quoted(struct span s)
{
    putchar('"');
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.at[i];
        if (c < 0x20 || c > 0x7e || c == '"' || c == '\\')
            printf("\\x%02x", c);
        else
            putchar(c);
    }
    putchar('"');
}

static bool note(bool holds, const char *what, const char *file, int line)
{
    checks++;
    if (holds)
        return true;
    failures++;
    printf("# %s:%d: %s", file, line, what);
    if (*about) {
        printf(" for ");
        put_quoted(span_of(about));
    }
    return false;
}

bool check_true(bool holds, const char *what, const char *file, int line)
{
    if (!note(holds, what, file, line))
        puts(" does not hold");
    return holds;
}

bool check_int(int64_t actual, int64_t expected, const char *what, const char *file, int line)
{
    if (note(actual == expected, what, file, line))
        return true;
    printf(" is %" PRId64 ", not %" PRId64 "\n", actual, expected);
    return false;
}

bool check_f64(double actual, double expected, const char *what, const char *file, int line)
{
    double slack = fabs(expected) * 1e-12;
    if (note(fabs(actual - expected) <= slack, what, file, line))
        return true;
    printf(" is %.17g, not %.17g\n", actual, expected);
    return false;
}

static bool put_texts(struct span actual, const char *relation, struct span expected)
{
    printf(" is ");
    put_quoted(actual);
    printf("%s", relation);
    put_quoted(expected);
    putchar('\n');
    return false;
}

bool check_span(struct span actual, struct span expected, const char *what, const char *file,
                int line)
{
    return note(span_eq(actual, expected), what, file, line) ||
           put_texts(actual, ", not ", expected);
}

bool check_has(struct span actual, struct span part, const char *what, const char *file, int line)
{
    return note(span_find(actual, part) != SPAN_NOT_FOUND, what, file, line) ||
           put_texts(actual, ", without ", part);
}

void check_about(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(about, sizeof about, format, args);
    va_end(args);
}

int check_run_all(const struct check_case *cases, size_t n)
{
    int failed = 0;
    signal(SIGPIPE, SIG_IGN);
    setvbuf(stdout, NULL, _IOLBF, 0); // what was checked before a crash is to be seen
    printf("1..%zu\n", n);
    for (size_t i = 0; i < n; i++) {
        checks = failures = 0;
        about[0] = '\0';
        cases[i].run();
        // A case without a single check has tested nothing.
        bool passed = failures == 0 && checks > 0;
        failed += !passed;
        printf("%s %zu - %s, %d checks\n", passed ? "ok" : "not ok", i + 1, cases[i].name, checks);
    }
    return failed != 0;
}
