// SPDX-License-Identifier: Apache-2.0
#include "symbol/mapping.h"

#include "base/path.h"

static struct span kernel_symbol_name(enum kernel_symbol symbol)
{
    return symbol == KERNEL_TEXT    ? SPAN("_text")
           : symbol == KERNEL_STEXT ? SPAN("_stext")
                                    : SPAN("");
}

int mapping_open(const struct profile *p, const struct mapping *m, const char *path,
                 struct opened *opened, struct err *err)
{
    (void)p;
    opened->binary = binary_open(path, err);
    if (!opened->binary)
        return -1;
    const struct elf *elf = binary_elf(opened->binary);
    mapped_init(&opened->mapped, elf, span_of(path), m->start, m->limit, m->offset,
                kernel_symbol_name(m->kernel_symbol));
    if (mapped_check(&opened->mapped, elf, err) == 0)
        return 0;
    binary_close(opened->binary);
    opened->binary = NULL;
    return -1;
}

int mapping_open_same(const struct profile *p, const struct mapping *m, const char *path,
                      struct opened *opened, struct err *err)
{
    if (mapping_open(p, m, path, opened, err))
        return -1;
    struct span id = profile_str(p, m->build_id);
    struct span own = span_of(binary_build_id(opened->binary));
    if (id.n == 0 || own.n == 0 || span_eq(id, own))
        return 0;
    err_set(err, "its build id is " SPAN_FMT ", that of the profile " SPAN_FMT, SPAN_ARG(own),
            SPAN_ARG(id));
    binary_close(opened->binary);
    opened->binary = NULL;
    return -1;
}

bool mapping_is_anchor(struct span file)
{
    struct span name = path_base(file);
    return file.n == 0 || span_starts(name, SPAN("[")) || span_starts(name, SPAN("linux-vdso")) ||
           span_starts(file, SPAN("/dev/dri/")) || span_starts(file, SPAN("/memfd:")) ||
           span_eq(file, SPAN("//anon"));
}

void mapping_note_kernel(struct profile *p)
{
    for (uint32_t i = 0; i < p->n_mappings; i++) {
        struct span file = profile_str(p, p->mappings[i].file);
        if (!span_starts(file, SPAN("[kernel.kallsyms]")))
            continue;
        if (span_ends(file, SPAN("]_text")))
            p->mappings[i].kernel_symbol = KERNEL_TEXT;
        if (span_ends(file, SPAN("]_stext")))
            p->mappings[i].kernel_symbol = KERNEL_STEXT;
    }
}
