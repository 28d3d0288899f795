// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_SEPARATE_H
#define CPROF_SYMBOL_SEPARATE_H

#include "symbol/elf.h"

// Maps the file that has the debugging information of another: by build id in
// /usr/lib/debug/.build-id, or as .gnu_debuglink names it, beside the file, in .debug beside it, or
// under /usr/lib/debug; there its checksum has to hold. False where there is none.
bool separate_file(const struct elf *elf, const char *path, struct span *bytes);

// Whether what its DWARF has in common with other files (.gnu_debugaltlink), which libdw opens by
// itself, is safe to open: a regular file, or not there.
bool separate_common_is_safe(const struct elf *elf);

#endif
