// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/library.h"

// The functions of PCRE2 that regex.c uses; most runs match nothing.

// clang-format off
#define FUNCTIONS(X)                                                                               \
    X(pcre2_compile_context_8 *, pcre2_compile_context_create_8, (pcre2_general_context_8 *a), (a)) \
    X(void, pcre2_compile_context_free_8, (pcre2_compile_context_8 *a), (a))                       \
    X(int, pcre2_set_newline_8, (pcre2_compile_context_8 *a, uint32_t b), (a, b))                  \
    X(int, pcre2_set_parens_nest_limit_8, (pcre2_compile_context_8 *a, uint32_t b), (a, b))        \
    X(pcre2_code_8 *, pcre2_compile_8, (PCRE2_SPTR8 a, size_t b, uint32_t c, int *d, size_t *e,    \
                                        pcre2_compile_context_8 *f), (a, b, c, d, e, f))           \
    X(int, pcre2_jit_compile_8, (pcre2_code_8 *a, uint32_t b), (a, b))                             \
    X(void, pcre2_code_free_8, (pcre2_code_8 *a), (a))                                             \
    X(pcre2_match_context_8 *, pcre2_match_context_create_8, (pcre2_general_context_8 *a), (a))    \
    X(void, pcre2_match_context_free_8, (pcre2_match_context_8 *a), (a))                           \
    X(int, pcre2_set_match_limit_8, (pcre2_match_context_8 *a, uint32_t b), (a, b))                \
    X(int, pcre2_set_heap_limit_8, (pcre2_match_context_8 *a, uint32_t b), (a, b))                 \
    X(pcre2_match_data_8 *, pcre2_match_data_create_from_pattern_8,                                \
      (const pcre2_code_8 *a, pcre2_general_context_8 *b), (a, b))                                 \
    X(void, pcre2_match_data_free_8, (pcre2_match_data_8 *a), (a))                                 \
    X(int, pcre2_match_8, (const pcre2_code_8 *a, PCRE2_SPTR8 b, size_t c, size_t d, uint32_t e,   \
                           pcre2_match_data_8 *f, pcre2_match_context_8 *g), (a, b, c, d, e, f, g)) \
    X(size_t *, pcre2_get_ovector_pointer_8, (pcre2_match_data_8 *a), (a))                         \
    X(int, pcre2_get_error_message_8, (int a, PCRE2_UCHAR8 *b, size_t c), (a, b, c))
// clang-format on

LIBRARY_DEFINE("libpcre2-8.so.0", "libpcre2-8-0", FUNCTIONS, (void)0)
