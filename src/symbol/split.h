// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_SPLIT_H
#define CPROF_SYMBOL_SPLIT_H

#ifdef HAVE_LIBDW

#include "base/span.h"
#include "symbol/libdw.h"

// Entries of a unit that a compiler put into a file of their own (-gsplit-dwarf, .dwo). DWARF 5,
// 7.3.2; before, GNU's of the same name.

struct split_elf {
    Elf *elf; // NULL: it could not be opened
    int fd;   // -1: none
};

// Opens a program's bytes, or, with its path, the file, so that libdw looks beside it.
struct split_elf split_open(const struct libdw *lib, struct span bytes, const char *path);
void split_close(const struct libdw *lib, struct split_elf *file);

// The entries that a skeleton of the program at path stands for, and where they end. False where
// there are none, or no regular file has them.
bool split_find(const struct libdw *lib, const char *path, Dwarf_Die *skeleton, Dwarf_Die *entries,
                const unsigned char **end);

#endif

#endif
