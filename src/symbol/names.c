// SPDX-License-Identifier: Apache-2.0
#include "symbol/names.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/xalloc.h"
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

static bool may_be_mangled(struct span full)
{
    return full.n && full.n <= NAME_MAX_LENGTH && *full.at == '_';
}

static bool has_signs(struct span full, struct span file, enum demangle_style style)
{
    return full.n && full.n <= NAME_MAX_LENGTH && style != DEMANGLE_FULL &&
           plain_is_cplusplus(full, file) && !is_plain(full);
}

// Adds the plain name; false where it is the full one.
static bool add_plain(struct span full, struct span file, enum demangle_style style,
                      struct buf *out)
{
    // macOS puts one more _ before all symbols.
    if (may_be_mangled(full) &&
        (demangle(full, style, out) || demangle(span_from(full, 1), style, out)))
        return true;
    if (!has_signs(full, file, style))
        return false;
    plain_simplify(full, style == DEMANGLE_TEMPLATES, out);
    return true;
}

// Functions in parts, of which most have names that are plain.
struct naming {
    struct profile *p;
    enum demangle_style style;
    bool force;
    unsigned n_parts;
    bool *odd; // by function: its name has to be worked out
};

static void choose_name(const struct naming *n, uint32_t i)
{
    struct function *f = &n->p->functions[i];
    if (n->force && f->name && f->system_name)
        f->name = f->system_name;
    if (n->style == DEMANGLE_NONE || (f->name && f->system_name != f->name))
        return;
    f->name = f->system_name;
    struct span full = profile_str(n->p, f->system_name);
    n->odd[i] = may_be_mangled(full) || has_signs(full, profile_str(n->p, f->filename), n->style);
}

static void choose_names(void *context, unsigned part)
{
    const struct naming *n = context;
    size_t i = parallel_begin(n->p->n_functions, part, n->n_parts);
    size_t end = parallel_begin(n->p->n_functions, part + 1, n->n_parts);
    for (; i < end; i++)
        choose_name(n, (uint32_t)i);
}

void names_make_plain(struct profile *p, enum demangle_style style, bool force,
                      const struct job *job)
{
    enum { MANY = 1 << 13 }; // to ask another thread for help
    struct buf name = {0};
    unsigned n_parts = p->n_functions < MANY ? 1 : parallel_threads(job);
    struct naming n = {p, style, force, n_parts, xcalloc(p->n_functions, sizeof *n.odd)};
    parallel_run(job, n_parts, choose_names, &n);
    for (uint32_t i = 0; i < p->n_functions; i++) {
        struct function *f = &p->functions[i];
        buf_clear(&name);
        if (n.odd[i] &&
            add_plain(profile_str(p, f->system_name), profile_str(p, f->filename), style, &name))
            f->name = strtab_add(p->strings, buf_span(&name));
    }
    buf_release(&name);
    free(n.odd);
}
