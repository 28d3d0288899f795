// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_STATIC

#include <dlfcn.h>
#include <jansson.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

// The functions of jansson that are used, under their own names: the library is loaded by the first
// call, as most runs know no JSON. A static build has it linked.

// clang-format off
#define JANSSON_FUNCTIONS(X)                                                                       \
    X(json_t *, json_object, (void), ())                                                           \
    X(json_t *, json_array, (void), ())                                                            \
    X(json_t *, json_string, (const char *a), (a))                                                 \
    X(json_t *, json_stringn, (const char *a, size_t b), (a, b))                                   \
    X(json_t *, json_integer, (json_int_t a), (a))                                                 \
    X(json_t *, json_real, (double a), (a))                                                        \
    X(json_t *, json_true, (void), ())                                                             \
    X(json_t *, json_false, (void), ())                                                            \
    X(json_t *, json_null, (void), ())                                                             \
    X(json_t *, json_object_get, (const json_t *a, const char *b), (a, b))                         \
    X(int, json_object_set_new, (json_t *a, const char *b, json_t *c), (a, b, c))                  \
    X(int, json_object_set_new_nocheck, (json_t *a, const char *b, json_t *c), (a, b, c))          \
    X(int, json_object_del, (json_t *a, const char *b), (a, b))                                    \
    X(size_t, json_array_size, (const json_t *a), (a))                                             \
    X(json_t *, json_array_get, (const json_t *a, size_t b), (a, b))                               \
    X(int, json_array_append_new, (json_t *a, json_t *b), (a, b))                                  \
    X(int, json_array_remove, (json_t *a, size_t b), (a, b))                                       \
    X(const char *, json_string_value, (const json_t *a), (a))                                     \
    X(size_t, json_string_length, (const json_t *a), (a))                                          \
    X(json_int_t, json_integer_value, (const json_t *a), (a))                                      \
    X(double, json_real_value, (const json_t *a), (a))                                             \
    X(double, json_number_value, (const json_t *a), (a))                                           \
    X(json_t *, json_loadb, (const char *a, size_t b, size_t c, json_error_t *d), (a, b, c, d))    \
    X(json_t *, json_load_file, (const char *a, size_t b, json_error_t *c), (a, b, c))             \
    X(int, json_dump_callback, (const json_t *a, json_dump_callback_t b, void *c, size_t d), (a, b, c, d))
#define JANSSON_PROCEDURES(X)                                                                      \
    X(json_delete, (json_t *a), (a))                                                               \
    X(json_set_alloc_funcs, (json_malloc_t a, json_free_t b), (a, b))

static struct {
#define MEMBER(type, name, parameters, arguments) __typeof__(name) *name;
#define VOID_MEMBER(name, parameters, arguments) __typeof__(name) *name;
    JANSSON_FUNCTIONS(MEMBER)
    JANSSON_PROCEDURES(VOID_MEMBER)
} functions;

static const struct {
    const char *name;
    size_t offset;
} rows[] = {
#define ROW(type, name, parameters, arguments) {#name, offsetof(__typeof__(functions), name)},
#define VOID_ROW(name, parameters, arguments) {#name, offsetof(__typeof__(functions), name)},
    JANSSON_FUNCTIONS(ROW)
    JANSSON_PROCEDURES(VOID_ROW)
};
// clang-format on

// Without the library there is nothing to go on with, as if it had been linked.
static void load(void)
{
    void *library = dlopen("libjansson.so.4", RTLD_NOW | RTLD_LOCAL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *function = library ? dlsym(library, rows[i].name) : NULL;
        if (!function) {
            static const char text[] =
                "cprof: cannot load libjansson (Debian: apt install libjansson4)\n";
            ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
            (void)written;
            _exit(EXIT_FAILURE);
        }
        memcpy((char *)&functions + rows[i].offset, &function, sizeof function);
    }
    functions.json_set_alloc_funcs(xmalloc, free);
}

static void need(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
}

#define DEFINE(type, name, parameters, arguments) \
    type name parameters                          \
    {                                             \
        need();                                   \
        return functions.name arguments;          \
    }
#define VOID_DEFINE(name, parameters, arguments) \
    void name parameters                         \
    {                                            \
        need();                                  \
        functions.name arguments;                \
    }
JANSSON_FUNCTIONS(DEFINE)
JANSSON_PROCEDURES(VOID_DEFINE)

#else

typedef int nothing_to_load;

#endif
