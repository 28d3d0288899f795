// SPDX-License-Identifier: Apache-2.0
#include "symbol/base.h"

#include <elf.h>
#include <inttypes.h>

#define PAGE 4096U
#define UPPER_HALF (UINT64_C(1) << 63)

// The segment to run that holds .text, or NULL.
static const struct elf_segment *text_segment(const struct elf *elf)
{
    const struct elf_section *text = elf_section(elf, SPAN(".text"));
    for (uint32_t i = 0; text && i < elf->n_segments; i++) {
        const struct elf_segment *s = &elf->segments[i];
        if (s->type == PT_LOAD && (s->flags & PF_X) && text->address >= s->address &&
            text->address < s->address + s->size)
            return s;
    }
    return NULL;
}

void mapped_init(struct mapped *m, const struct elf *elf, struct span path, uint64_t start,
                 uint64_t limit, uint64_t offset, struct span relocation)
{
    *m = (struct mapped){.start = start, .limit = limit, .offset = offset};
    if (span_find(path, SPAN("vmlinux")) == SPAN_NOT_FOUND && start % PAGE == 0 &&
        limit % PAGE == 0 && offset % PAGE == 0)
        return;
    struct arena arena = {0};
    struct elf_symbols symbols = elf_symbols(elf, false, &arena);
    struct span wanted = relocation.n ? relocation : SPAN("_stext");
    for (size_t i = 0; i < symbols.n && !m->has_kernel_symbol; i++)
        if (span_eq(symbols.at[i].name, wanted)) {
            m->has_kernel_symbol = true;
            m->kernel_symbol = symbols.at[i].value;
        }
    arena_release(&arena);
}

// Kernels are mapped from their symbol on, and some systems say so with addresses moved to 0.
static bool kernel_base(const struct mapped *m, const struct elf_segment *segment, uint64_t *base)
{
    static const uint64_t page_offset_ppc64 = UINT64_C(0xc000000000000000);
    bool same_page_offset = m->has_kernel_symbol && m->start % PAGE == m->kernel_symbol % PAGE;
    if (segment->address == m->start - m->offset) {
        *base = m->offset;
        return true;
    }
    if (m->start == 0 && m->limit != 0 && m->has_kernel_symbol) {
        *base = m->start - m->kernel_symbol;
        return true;
    }
    if (m->start >= UPPER_HALF && m->limit > m->start &&
        (m->offset == 0 || m->offset == page_offset_ppc64 || m->offset == m->start)) {
        *base = m->start - (same_page_offset ? m->kernel_symbol : segment->address);
        return true;
    }
    if (m->start % PAGE != 0 && same_page_offset) {
        *base = m->start - m->kernel_symbol;
        return true;
    }
    return false;
}

static int find_base(const struct mapped *m, const struct elf *elf,
                     const struct elf_segment *segment, uint64_t *base, struct err *err)
{
    *base = 0;
    if (m->start == 0 && m->offset == 0 && (m->limit == UINT64_MAX || m->limit == 0))
        return 0; // all of the address space: addresses are the file's already
    if (elf->type == ET_REL) {
        *base = m->start;
        return m->offset == 0 ? 0 : err_set(err, "a module that is mapped from its middle");
    }
    if (elf->type != ET_EXEC && elf->type != ET_DYN)
        return err_set(err, "neither a program nor a library");
    if (!segment) {
        *base = elf->type == ET_DYN ? m->start - m->offset : 0;
        return 0;
    }
    bool user =
        elf->type == ET_EXEC && !m->has_kernel_symbol && m->start > 0 && m->start < UPPER_HALF;
    if (!user && kernel_base(m, segment, base))
        return 0;
    if (!user && elf->type == ET_EXEC) {
        *base = m->start - segment->address;
        return m->start == 0 && m->limit != 0 && !m->has_kernel_symbol
                   ? 0
                   : err_set(err, "a program that cannot be mapped at 0x%" PRIx64, m->start);
    }
    *base = m->start - m->offset + segment->offset - segment->address;
    return 0;
}

int mapped_check(const struct mapped *m, const struct elf *elf, struct err *err)
{
    uint64_t base;
    return find_base(m, elf, text_segment(elf), &base, err);
}

// Whether the mapping can be of this segment, whose pages it may share with the next one's.
static bool may_be_segment(const struct mapped *m, const struct elf_segment *s)
{
    uint64_t end = s->offset + s->size, limit = m->offset + (m->limit - m->start);
    if (s->type != PT_LOAD || s->file_size == 0 || m->offset >= end || s->offset >= limit)
        return false;
    uint64_t in_page = s->address & (s->align - 1);
    uint64_t first_page = s->offset > in_page ? s->offset - in_page : 0;
    if (m->offset < first_page)
        return false;
    return !(m->offset > s->offset && end < m->offset + PAGE && limit >= end + PAGE);
}

// The segment in which an address lies; *segment is NULL where there are none at all.
static int find_segment(const struct mapped *m, const struct elf *elf, uint64_t address,
                        const struct elf_segment **segment, struct err *err)
{
    uint32_t n_loaded = 0, n = 0, n_exact = 0;
    uint64_t offset = address - m->start + m->offset;
    const struct elf_segment *only = NULL, *exact = NULL;
    *segment = NULL;
    if (m->has_kernel_symbol || m->start >= m->limit || m->limit >= UPPER_HALF) {
        *segment = text_segment(elf);
        return 0;
    }
    for (uint32_t i = 0; i < elf->n_segments; i++) {
        const struct elf_segment *s = &elf->segments[i];
        n_loaded += s->type == PT_LOAD;
        if (!may_be_segment(m, s))
            continue;
        n++;
        only = s;
        if (offset >= s->offset && offset < s->offset + s->size) {
            n_exact++;
            exact = s;
        }
    }
    if (n_loaded == 0)
        return 0; // a module of the kernel
    *segment = n == 1 ? only : exact;
    if (n == 0 || (n > 1 && n_exact != 1))
        return err_set(err, "no single segment of the file is mapped so");
    return 0;
}

int mapped_base(const struct mapped *m, const struct elf *elf, uint64_t address, uint64_t *base,
                struct err *err)
{
    const struct elf_segment *segment;
    if (address < m->start || address >= m->limit)
        return err_set(err, "address 0x%" PRIx64 " is outside of the mapping", address);
    if (find_segment(m, elf, address, &segment, err))
        return -1;
    return find_base(m, elf, segment, base, err);
}
