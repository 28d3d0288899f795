// SPDX-License-Identifier: Apache-2.0
#include "profile/symbol.h"

#include "base/buf.h"

// Whether nothing in the name is a sign of any kind, as in most.
static bool is_plain(struct span name)
{
    static const bool sign[256] = {
        ['<'] = true, ['>'] = true, ['['] = true, [']'] = true, [':'] = true};
    bool any = false;
    for (size_t i = 0; i < name.n; i++)
        any |= sign[(unsigned char)name.at[i]];
    return !any;
}

static bool looks_like_cplusplus(struct span name)
{
    static const struct span never[] = {SPAN(".<"), SPAN("]).")}; // Java's <init>, Go's generics
    static const struct span signs[] = {SPAN("<"), SPAN(">"), SPAN("["), SPAN("]"), SPAN("::")};
    if (is_plain(name))
        return false;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (span_find(name, never[i]) != SPAN_NOT_FOUND)
            return false;
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (span_find(name, signs[i]) != SPAN_NOT_FOUND)
            return true;
    return false;
}

// Cuts out what stands between matching brackets, them included; at a closing one too many it
// stops, and the rest stays.
static void remove_bracketed(struct buf *name, char open, char close)
{
    size_t kept = 0, first = 0, i = 0;
    int nesting = 0;
    for (; i < name->n; i++) {
        char c = name->at[i];
        if (c == open && nesting++ == 0)
            first = kept;
        name->at[kept++] = c;
        if (c == close && --nesting < 0)
            break;
        if (c == close && nesting == 0)
            kept = first;
    }
    if (i < name->n)
        i++; // the one too many is kept already
    memmove(name->at + kept, name->at + i, name->n - i);
    name->n = kept + (name->n - i);
}

void symbol_simplify_names(struct profile *p)
{
    struct buf name = {0};
    for (uint32_t i = 0; i < p->n_functions; i++) {
        struct function *f = &p->functions[i];
        if (f->name && f->system_name != f->name)
            continue; // simplified by whoever wrote the profile
        struct span full = profile_str(p, f->system_name);
        f->name = f->system_name;
        if (!looks_like_cplusplus(full))
            continue;
        buf_clear(&name);
        buf_add(&name, full);
        remove_bracketed(&name, '(', ')');
        remove_bracketed(&name, '<', '>');
        f->name = strtab_add(p->strings, buf_span(&name));
    }
    buf_release(&name);
}

struct span symbol_bare_name(struct span name)
{
    static const struct span reserved[] = {SPAN("(anonymous namespace)"), SPAN("operator()")};
    if (span_starts(name, SPAN(".")))
        name = span_from(name, 1);
    for (size_t i = 0; i < name.n; i++) {
        struct span rest = span_from(name, i);
        if (span_starts(rest, reserved[0]))
            i += reserved[0].n - 1;
        else if (span_starts(rest, reserved[1]))
            i += reserved[1].n - 1;
        else if (name.at[i] == '(')
            return span_upto(name, i);
    }
    return name;
}
