// SPDX-License-Identifier: Apache-2.0
#include "symbol/names.h"

#include "symbol/plain.h"

// Names of such length are not looked into.
enum { NAME_MAX_LENGTH = 1 << 15 };

// Whether nothing in the name is a sign of any kind, as in most.
static bool is_plain(struct span name)
{
    static const bool sign[256] = {
        ['<'] = true, ['>'] = true, ['['] = true, [']'] = true, [':'] = true, ['('] = true};
    bool any = false;
    for (size_t i = 0; i < name.n; i++)
        any |= sign[(unsigned char)name.at[i]];
    return !any;
}

// Adds the plain name; false where it is the full one.
static bool add_plain(struct span full, struct span file, enum demangle_style style,
                      struct buf *out)
{
    if (full.n == 0 || full.n > NAME_MAX_LENGTH)
        return false;
    if (*full.at == '_') {
        // macOS puts one more _ before all symbols.
        if (demangle(full, style, out) || demangle(span_from(full, 1), style, out))
            return true;
    }
    if (style == DEMANGLE_FULL || !plain_is_cplusplus(full, file) || is_plain(full))
        return false;
    plain_simplify(full, style == DEMANGLE_TEMPLATES, out);
    return true;
}

void names_make_plain(struct profile *p, enum demangle_style style, bool force)
{
    struct buf name = {0};
    for (uint32_t i = 0; i < p->n_functions; i++) {
        struct function *f = &p->functions[i];
        if (force && f->name && f->system_name)
            f->name = f->system_name;
        if (style == DEMANGLE_NONE || (f->name && f->system_name != f->name))
            continue;
        f->name = f->system_name;
        buf_clear(&name);
        if (add_plain(profile_str(p, f->system_name), profile_str(p, f->filename), style, &name))
            f->name = strtab_add(p->strings, buf_span(&name));
    }
    buf_release(&name);
}
