// SPDX-License-Identifier: Apache-2.0
#include "profile/symbol.h"

// Whether the parenthesis at i, of an unnamed namespace or of an operator, opens no argument list.
static bool is_reserved(struct span name, size_t i)
{
    struct span rest = span_from(name, i);
    return span_starts(rest, SPAN("(anonymous namespace)")) ||
           (span_starts(rest, SPAN("()")) && span_ends(span_upto(name, i), SPAN("operator")));
}

// Whether it opens a receiver of Go or a component of a path.
static bool is_component(struct span name, size_t i)
{
    return i == 0 || name.at[i - 1] == '.' || name.at[i - 1] == ':';
}

static struct span bare_name(struct span name, bool keep_components)
{
    if (span_starts(name, SPAN(".")))
        name = span_from(name, 1);
    for (size_t i = 0; i < name.n; i++)
        if (name.at[i] == '(' && !is_reserved(name, i) &&
            !(keep_components && is_component(name, i)))
            return span_upto(name, i);
    return name;
}

struct span symbol_bare_name(struct span name)
{
    return bare_name(name, false);
}

struct span symbol_shown_name(struct span name)
{
    return bare_name(name, true);
}
