// SPDX-License-Identifier: Apache-2.0
#include "symbol/code.h"

#include <elf.h>
#include <stdlib.h>

#include "symbol/demangle.h"

struct named {
    uint64_t address;
    struct span name;
};

static int cmp_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;
    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    return span_cmp(x->name, y->name);
}

// What `nm -n` lists that is defined, sorted.
static size_t list_named(const struct elf *elf, struct arena *arena, struct named **out)
{
    struct elf_symbols symbols = elf_symbols(elf, false, arena);
    struct named *named = arena_alloc(arena, (symbols.n + 1) * sizeof *named);
    size_t n = 0;
    for (size_t i = 0; i < symbols.n; i++) {
        const struct elf_symbol *s = &symbols.at[i];
        if (s->type != STT_SECTION && s->type != STT_FILE && s->section != SHN_UNDEF && s->name.n)
            named[n++] = (struct named){s->value, s->name};
    }
    qsort(named, n, sizeof *named, cmp_named);
    *out = named;
    return n;
}

// The name, or the way to show it, that matches; empty where none does.
static struct span matching_name(struct regex *names, struct span name, struct arena *arena)
{
    static const enum demangle_style styles[] = {DEMANGLE_FULL, DEMANGLE_TEMPLATES,
                                                 DEMANGLE_SIMPLE};
    struct span match = {NULL, 0};
    struct buf shown = {0};
    if (regex_match(names, name))
        return name;
    for (size_t i = 0; i < sizeof styles / sizeof *styles && match.n == 0; i++) {
        buf_clear(&shown);
        if (demangle(name, styles[i], &shown) && regex_match(names, buf_span(&shown)))
            match = arena_span(arena, buf_span(&shown));
    }
    buf_release(&shown);
    return match;
}

static void add_if_wanted(const struct named *named, size_t n, uint64_t end, struct regex *names,
                          uint64_t address, struct arena *arena, struct code_symbols *out)
{
    uint64_t start = named->address;
    struct span *all = arena_alloc(arena, n * sizeof *all);
    if (address && address >= start && address <= end) {
        for (size_t i = 0; i < n; i++)
            all[i] = named[i].name;
        *vec_push(arena, &out->all) = (struct code_symbol){all, n, start, end};
        return;
    }
    for (size_t i = 0; i < n; i++) {
        all[0] = matching_name(names, named[i].name, arena);
        if (all[0].n) {
            *vec_push(arena, &out->all) = (struct code_symbol){all, 1, start, end};
            return;
        }
    }
}

void code_find(const struct elf *elf, struct regex *names, uint64_t address, struct arena *arena,
               struct code_symbols *out)
{
    struct named *named;
    size_t n = list_named(elf, arena, &named);
    for (size_t i = 0, next; i < n; i = next) {
        for (next = i + 1; next < n && named[next].address == named[i].address; next++)
            ;
        uint64_t end = next < n ? named[next].address - 1 : UINT64_MAX;
        add_if_wanted(named + i, next - i, end, names, address, arena, out);
    }
}
