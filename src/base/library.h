// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_LIBRARY_H
#define CPROF_BASE_LIBRARY_H

#include <pthread.h>
#include <stddef.h>

#include "base/err.h"

// Libraries that are loaded when they are first needed: each of them would cost every start
// between 30 and 4,000 µs, and most runs need none. A static build has them linked.

// Where in a table of pointers the address of a function goes.
struct library_function {
    const char *name;
    size_t offset;
};

// Loads the first of the files that is there (names as dlopen takes them, NULL after the last) and
// fills the table. -1 with *err filled where none is there, or one of the functions is not.
int library_load(const char *const *files, const struct library_function *functions, size_t n,
                 void *table, struct err *err);

// The same, but ends the program with a message that names Debian's package: for functions without
// which there is nothing to go on with, as if they had been linked.
void library_need(const char *file, const char *package, const struct library_function *functions,
                  size_t n, void *table);

// Defines functions of a library under their own names: the first call of one loads it, and calls
// after() then. LIST(X) has X(type, name, (parameters), (arguments)) for each.
// clang-format off
#define LIBRARY_DEFINE(file, package, LIST, after)                                              \
    static struct {                                                                             \
        LIST(LIBRARY_MEMBER)                                                                    \
    } library;                                                                                  \
    static void library_start(void)                                                             \
    {                                                                                           \
        static const struct library_function functions[] = {LIST(LIBRARY_ROW)};                 \
        library_need(file, package, functions, sizeof functions / sizeof *functions, &library); \
        after;                                                                                  \
    }                                                                                           \
    static void library_ready(void)                                                             \
    {                                                                                           \
        static pthread_once_t once = PTHREAD_ONCE_INIT;                                         \
        pthread_once(&once, library_start);                                                     \
    }                                                                                           \
    LIST(LIBRARY_FUNCTION)

#define LIBRARY_MEMBER(type, name, parameters, arguments) __typeof__(name) *name;
#define LIBRARY_ROW(type, name, parameters, arguments)    \
    {#name, offsetof(__typeof__(library), name)},
#define LIBRARY_FUNCTION(type, name, parameters, arguments) \
    type name parameters                                    \
    {                                                       \
        library_ready();                                    \
        return library.name arguments;                      \
    }
// clang-format on

#endif
