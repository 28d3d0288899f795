// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_SYMTAB_H
#define CPROF_SYMBOL_SYMTAB_H

#include "symbol/elf.h"

// Which symbol an address belongs to, asked in three ways, for google/pprof asks three programs: nm
// lists the symbols that have a size, and addr2line takes the function that is nearest. Both are of
// GNU binutils 2.40; their rules are what tells what is right here. Where llvm-symbolizer (14) is
// installed, it is asked instead.

struct symtab {
    const struct elf *elf;
    // As `nm -n -S -P` lists them.
    struct listed {
        uint64_t address, size;
        struct span name;
        bool is_data;
    } * listed;
    size_t n_listed;
    // What may be functions, by section and value; of .dynsym where there is no .symtab.
    struct candidate {
        uint64_t value, size;
        struct span name, file;
        uint32_t order; // in the file
        uint16_t section;
        uint8_t type;
    } * functions;
    size_t n_functions;
    // What llvm-symbolizer looks at, one for each value.
    struct near_symbol {
        uint64_t value, size;   // size 0: unknown
        struct span name, file; // of local ones; empty: unknown
        size_t order;           // in the file
    } * near;
    size_t n_near;
};

// The file stays the caller's, as does the arena.
void symtab_init(struct symtab *t, const struct elf *elf, struct arena *arena);

// The name of what nm has at or before an address of the file, or an empty span.
struct span symtab_listed(const struct symtab *t, uint64_t address);

// The function of the section that addr2line takes for an address, or NULL.
const struct candidate *symtab_function(const struct symtab *t, uint16_t section, uint64_t address);

// Makes symtab_nearest's list, where it is not there yet.
void symtab_list_nearest(struct symtab *t, struct arena *arena);

// The symbol that llvm-symbolizer takes for an address: the nearest before it, whose size has to
// reach so far where it is known; or NULL.
const struct near_symbol *symtab_nearest(const struct symtab *t, uint64_t address);

// The section in memory that holds an address; 0 where none does.
uint16_t symtab_section(const struct elf *elf, uint64_t address);

#endif
