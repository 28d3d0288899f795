// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_CODE_H
#define CPROF_SYMBOL_CODE_H

#include "base/regex.h"
#include "symbol/elf.h"
#include "base/vec.h"

// Stretches of a program's code by the names that nm has for them, up to the next name.

struct code_symbol {
    const struct span *names; // all that are at its address, or the one that was asked for
    size_t n_names;
    uint64_t start, end; // the end is the last byte
};

struct code_symbols {
    VEC(struct code_symbol) all;
};

// Adds the symbols that a name of theirs matches, mangled or in any of the ways in which it is
// shown, and the one that holds an address of the file, where that is not 0. In the arena; they
// borrow the file's bytes.
void code_find(const struct elf *elf, struct regex *names, uint64_t address, struct arena *arena,
               struct code_symbols *out);

#endif
