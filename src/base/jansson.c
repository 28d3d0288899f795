// SPDX-License-Identifier: Apache-2.0
#include <jansson.h>
#include <stdlib.h>

#include "base/library.h"
#include "base/xalloc.h"

// The functions of jansson that are used; most runs know no JSON.

// clang-format off
#define FUNCTIONS(X)                                                                               \
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
    X(int, json_dump_callback, (const json_t *a, json_dump_callback_t b, void *c, size_t d), (a, b, c, d)) \
    X(void, json_delete, (json_t *a), (a))                                                         \
    X(void, json_set_alloc_funcs, (json_malloc_t a, json_free_t b), (a, b))
// clang-format on

LIBRARY_DEFINE("libjansson.so.4", "libjansson4", FUNCTIONS,
               library.json_set_alloc_funcs(xmalloc, free))
