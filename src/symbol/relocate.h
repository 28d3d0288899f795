// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RELOCATE_H
#define CPROF_SYMBOL_RELOCATE_H

#include "symbol/elf.h"

// Puts into the DWARF of an object file, as a module of the kernel is, what a linker would: the
// places of texts and of other entries. Sections stand at 0, and code at its place in its section.
// The file's bytes have to be writable; they are changed once. Other files stay as they are, and so
// do places whose kind of relocation is not known. Numbers: the psABIs of x86-64, AArch64, RISC-V
// and s390x.
void relocate_debug(const struct elf *elf);

#endif
