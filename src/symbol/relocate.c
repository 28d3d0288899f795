// SPDX-License-Identifier: Apache-2.0
#include "symbol/relocate.h"

#include <elf.h>

struct entry {
    uint64_t offset, addend;
    uint32_t type, symbol;
};

// How many bytes a relocation writes; 0: it is not known.
static unsigned width_of(uint16_t machine, uint32_t type)
{
    switch (machine) {
    case EM_X86_64:
        return type == R_X86_64_64 ? 8 : type == R_X86_64_32 || type == R_X86_64_32S ? 4 : 0;
    case EM_AARCH64:
        return type == R_AARCH64_ABS64 ? 8 : type == R_AARCH64_ABS32 ? 4 : 0;
    case EM_RISCV:
        return type == R_RISCV_64 ? 8 : type == R_RISCV_32 ? 4 : 0;
    case EM_S390:
        return type == R_390_64 ? 8 : type == R_390_32 ? 4 : 0;
    default:
        return 0;
    }
}

static struct entry entry_at(const struct elf *elf, const char *at)
{
    uint64_t info = elf_number(elf, at + 8, 8);
    return (struct entry){.offset = elf_number(elf, at, 8),
                          .addend = elf_number(elf, at + 16, 8),
                          .type = (uint32_t)info,
                          .symbol = (uint32_t)(info >> 32)};
}

static void put_number(const struct elf *elf, char *at, unsigned size, uint64_t value)
{
    for (unsigned i = 0; i < size; i++)
        at[elf->is_big ? size - 1 - i : i] = (char)(value >> (8 * i));
}

static void apply(const struct elf *elf, const struct elf_section *from, struct span symbols,
                  struct span target)
{
    enum { ENTRY = sizeof(Elf64_Rela), SYMBOL = sizeof(Elf64_Sym) };
    struct span entries = elf_content(elf, from);
    for (; entries.n >= ENTRY; entries = span_from(entries, ENTRY)) {
        struct entry e = entry_at(elf, entries.at);
        unsigned width = width_of(elf->machine, e.type);
        if (width == 0 || target.n < width || e.offset > target.n - width ||
            e.symbol >= symbols.n / SYMBOL)
            continue;
        const char *symbol = symbols.at + (size_t)e.symbol * SYMBOL;
        uint64_t value = elf_number(elf, symbol + offsetof(Elf64_Sym, st_value), 8);
        put_number(elf, (char *)target.at + e.offset, width, value + e.addend);
    }
}

void relocate_debug(const struct elf *elf)
{
    if (elf->type != ET_REL || !elf->is_64)
        return;
    for (uint32_t i = 0; i < elf->n_sections; i++) {
        const struct elf_section *s = &elf->sections[i];
        if (s->type != SHT_RELA || s->link >= elf->n_sections || s->info >= elf->n_sections)
            continue;
        const struct elf_section *target = &elf->sections[s->info];
        if (span_starts(target->name, SPAN(".debug_")) && !(target->flags & SHF_COMPRESSED))
            apply(elf, s, elf_content(elf, &elf->sections[s->link]), elf_content(elf, target));
    }
}
