// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_BASE_H
#define CPROF_SYMBOL_BASE_H

#include "symbol/elf.h"

// Where a file was in memory: what to subtract of an address in a profile to get one of the file.
// The rules, for programs at fixed and at random addresses, libraries, several segments, kernels
// and modules, are those of google/pprof's internal/elfexec and internal/binutils.

struct mapped {
    uint64_t start, limit, offset; // as in the profile's mapping
    bool has_kernel_symbol;
    uint64_t kernel_symbol; // the value of _text or _stext, of kernels
};

// Looks for the kernel's symbol where the mapping is a kernel's; relocation is its name, or "".
void mapped_init(struct mapped *m, const struct elf *elf, struct span path, uint64_t start,
                 uint64_t limit, uint64_t offset, struct span relocation);

// Whether the mapping can be of this file at all. -1 with *err filled where it cannot.
int mapped_check(const struct mapped *m, const struct elf *elf, struct err *err);

// The base by the segment in which an address of the mapping lies. -1 with *err filled where none
// or several can be meant.
int mapped_base(const struct mapped *m, const struct elf *elf, uint64_t address, uint64_t *base,
                struct err *err);

#endif
