// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "base/library.h"

// The functions of glibc's libm that are used, as compilers leave them to it: most reports count
// whole numbers, and it costs a start as much as any library.

// clang-format off
#define FUNCTIONS(X)                                                     \
    X(double, ceil, (double a), (a))                                     \
    X(double, erfc, (double a), (a))                                     \
    X(double, exp, (double a), (a))                                      \
    X(double, expm1, (double a), (a))                                    \
    X(double, floor, (double a), (a))                                    \
    X(double, log, (double a), (a))                                      \
    X(double, log2, (double a), (a))                                     \
    X(double, rint, (double a), (a))                                     \
    X(double, round, (double a), (a))                                    \
    X(double, sqrt, (double a), (a))                                     \
    X(double, fmax, (double a, double b), (a, b))                        \
    X(double, fmin, (double a, double b), (a, b))                        \
    X(double, fmod, (double a, double b), (a, b))                        \
    X(double, hypot, (double a, double b), (a, b))                       \
    X(double, pow, (double a, double b), (a, b))                         \
    X(double, fma, (double a, double b, double c), (a, b, c))
// clang-format on

LIBRARY_DEFINE("libm.so.6", "libc6", FUNCTIONS, (void)0)
