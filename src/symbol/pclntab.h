// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_PCLNTAB_H
#define CPROF_SYMBOL_PCLNTAB_H

#include "symbol/elf.h"

// The table of functions and lines that every program of Go has, also one that was stripped.
// Layout: src/debug/gosym/pclntab.go of Go, for Go 1.16 and later.

struct pclntab {
    const struct elf *elf;
    struct span bytes, names, units, files, values, functions; // the parts of the table
    uint64_t n_functions, text; // text: the address that functions count from
    unsigned pointer_size, quantum;
    bool is_short; // functions are by 32-bit offsets: Go 1.18 and later
};

struct pclntab_place {
    struct span function, file;
    int64_t line;
};

// False where the file has none that can be read.
bool pclntab_open(struct pclntab *t, const struct elf *elf);

// What is at an address of the file; false where nothing is.
bool pclntab_find(const struct pclntab *t, uint64_t address, struct pclntab_place *place);

#endif
