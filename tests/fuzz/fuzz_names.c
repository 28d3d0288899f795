// SPDX-License-Identifier: Apache-2.0
// Input: names of functions, a line each, and the same as a text of objdump.
#include "fuzz.h"
#include "profile/symbol.h"
#include "symbol/demangle.h"
#include "symbol/objdump.h"
#include "symbol/plain.h"

enum { DEMANGLED_MAX = 1 << 17 };

static void try_name(struct span name)
{
    struct buf out = {0};
    for (int style = DEMANGLE_SIMPLE; style <= DEMANGLE_NONE; style++) {
        buf_clear(&out);
        bool done = demangle(name, (enum demangle_style)style, &out);
        FUZZ_CHECK(done ? out.n > 0 && out.n < DEMANGLED_MAX : out.n == 0);
    }
    plain_is_cplusplus(name, SPAN("a.c"));
    for (int keep = 0; keep < 2; keep++) {
        buf_clear(&out);
        plain_simplify(name, keep, &out);
        FUZZ_CHECK(out.n <= name.n && (out.n || !name.n));
    }
    FUZZ_CHECK(symbol_bare_name(name).n <= name.n && symbol_shown_name(name).n <= name.n);
    buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct span rest = fuzz_span(data, size), line;
    struct arena arena = {0};
    struct instructions in = {0};
    objdump_parse(rest, &arena, &in);
    FUZZ_CHECK(in.all.n <= size);
    while (fuzz_next(&rest, '\n', &line))
        try_name(line);
    arena_release(&arena);
    return 0;
}
