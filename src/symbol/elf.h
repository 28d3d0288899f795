// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_ELF_H
#define CPROF_SYMBOL_ELF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

// An ELF file as it lies on the disk: header, segments, sections, symbols, notes. Either word size
// and byte order. Nothing in it is trusted: what points outside the file is as if it were not
// there. Names and values: <elf.h>.

struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, file_size, size, align;
};

struct elf_section {
    struct span name;
    uint32_t type, link, info;
    uint64_t flags, address, offset, size, entry_size;
};

struct elf_symbol {
    struct span name;
    uint64_t value, size;
    uint8_t type, binding, visibility;
    uint16_t section; // index, or SHN_UNDEF, SHN_ABS, SHN_COMMON
};

struct elf {
    struct span bytes; // the file, mapped
    bool is_64, is_big;
    uint16_t type, machine;
    const struct elf_segment *segments;
    uint32_t n_segments;
    const struct elf_section *sections;
    uint32_t n_sections;
    struct arena *arena; // of the tables
};

// Reads the tables of a file's bytes, which have to stay as long as *elf. -1 with *err filled where
// it is not ELF or its header does not hold.
int elf_parse(struct elf *elf, struct span bytes, struct arena *arena, struct err *err);

// By name; NULL where there is none.
const struct elf_section *elf_section(const struct elf *elf, struct span name);

// What a section has in the file; empty where it has nothing there.
struct span elf_content(const struct elf *elf, const struct elf_section *section);

// The symbols of .symtab, or of .dynsym, in the file's order, without the first, which is a
// placeholder. In the arena.
struct elf_symbols {
    struct elf_symbol *at;
    size_t n;
};
struct elf_symbols elf_symbols(const struct elf *elf, bool dynamic, struct arena *arena);

// The build id's bytes; empty where there is none, or several.
struct span elf_build_id(const struct elf *elf);

// Unsigned numbers of the file's byte order. The bytes have to be there.
uint64_t elf_number(const struct elf *elf, const char *at, unsigned size);

#endif
