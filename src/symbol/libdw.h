// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_LIBDW_H
#define CPROF_SYMBOL_LIBDW_H

#ifdef HAVE_LIBDW

#include <elfutils/libdw.h>

#include "base/err.h"

// The functions of elfutils' libelf and libdw that are used. The libraries are loaded when the
// first binary is read, as most runs read none; a static build has them linked.
// clang-format off
#define LIBDW_FUNCTIONS(X)                                                                        \
    X(elf_version) X(elf_memory) X(elf_begin) X(elf_end) X(dwarf_begin_elf) X(dwarf_end) X(dwarf_next_unit)    \
    X(dwarf_ranges) X(dwarf_child) X(dwarf_siblingof) X(dwarf_tag) X(dwarf_offdie) X(dwarf_attr)  \
    X(dwarf_formstring) X(dwarf_formudata) X(dwarf_formref_die) X(dwarf_srclang)                  \
    X(dwarf_getsrclines) X(dwarf_onesrcline) X(dwarf_lineaddr) X(dwarf_lineno) X(dwarf_linecol) X(dwarf_linesrc)   \
    X(dwarf_lineendsequence) X(dwarf_line_file) X(dwarf_whatform) X(dwarf_getsrcfiles) X(dwarf_filesrc)     \
    X(dwarf_cu_info) X(dwarf_cu_getdwarf) X(dwarf_dieoffset)
// clang-format on

struct libdw {
#define LIBDW_MEMBER(name) __typeof__(name) *name;
    LIBDW_FUNCTIONS(LIBDW_MEMBER)
#undef LIBDW_MEMBER
};

// NULL with *err filled where they cannot be loaded; the same answer each time.
const struct libdw *libdw_load(struct err *err);

#endif

#endif
