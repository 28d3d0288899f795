// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_DISASM_H
#define CPROF_REPORT_DISASM_H

#include "report/report.h"
#include "symbol/objdump.h"

// Machine instructions with their weights. What is shown is what PrintAssembly of google/pprof's
// internal/report shows, but addresses of other mappings do not count.

struct disasm_line {
    uint64_t address; // of the file
    struct span text;
    struct span function, file; // the file without directories; empty: unknown
    int64_t line;               // 0: unknown
    int64_t flat, cum;
};

struct disasm_routine {
    const struct span *names;
    size_t n_names;
    struct span binary;
    int64_t flat, cum;
    struct disasm_line *lines;
    size_t n_lines;
};

struct disasm {
    struct disasm_routine *routines; // by name
    size_t n_routines;
};

// The functions with a name that matches, and the one at an address where the expression is one.
// The detail has to tell addresses apart. -1 with *err filled where there are none, or where they
// cannot be disassembled.
int report_disasm(const struct report *r, struct regex *symbol,
                  const struct objdump_options *options, struct disasm *out, struct err *err);

// Whether an expression is a number, in C's notation, binary or octal.
bool disasm_parse_address(struct span pattern, uint64_t *address);

#endif
