// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_DWARF_H
#define CPROF_SYMBOL_DWARF_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

// The functions and lines of a file's DWARF (2 to 5), read through libdw as they are asked for.
// What is found is what GNU addr2line 2.40 finds, and in plain_file, columns and start lines what
// llvm-symbolizer 14 does.

// A function, or one of the places where it was inlined. These stay as long as the file is open.
struct dwarf_function {
    const char *name; // NULL: none
    bool is_linkage;  // the name is the linker's, or need not be looked for there any more
    uint64_t low;     // its first address
    struct dwarf_function *caller; // what it is inlined into; NULL: it is not
    const char *call_file;         // where; NULL: unknown
    uint32_t call_line, call_column;
    uint32_t start_line; // of the function
};

struct dwarf_place {
    struct dwarf_function *function;     // the innermost that addr2line finds; NULL: none
    struct dwarf_function *any_function; // the innermost
    const char *file;                    // NULL: unknown
    const char *plain_file;              // the same as the line table says it
    uint32_t line, column;               // 0: unknown
};

struct dwarf;

// The file's bytes have to stay. With the file's path, entries that are in files of their own are
// read, too. NULL where it has no DWARF that can be read, with *err filled where that is because
// libdw cannot be used; err->text is "" otherwise.
struct dwarf *dwarf_open(struct span bytes, const char *split_of, struct err *err);
void dwarf_close(struct dwarf *d);

// What is at an address of the file; false where nothing is known.
bool dwarf_find(struct dwarf *d, uint64_t address, struct dwarf_place *place);

// Whether this build can read DWARF at all.
bool dwarf_is_built_in(void);

#endif
