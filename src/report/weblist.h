// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_WEBLIST_H
#define CPROF_REPORT_WEBLIST_H

#include "report/disasm.h"

// Source lines with the machine instructions that were made of them, and what both weigh. Which
// functions, lines and instructions are shown follows google/pprof's MakeWebList (internal/report/
// source.go), but a sample counts once for an address, however often recursion has it on the stack.

// A call that was inlined, above the instructions that are its.
struct weblist_call {
    struct span file; // as in the profile
    int64_t line;
};

struct weblist_instruction {
    uint64_t address; // of the binary
    struct span text; // empty: it is not known, there is no binary
    struct span file; // of the innermost call
    int64_t line;
    int64_t flat, cum;
    bool starts_block;                // it does not follow the one before it
    const struct weblist_call *calls; // the caller first
    size_t n_calls;
};

struct weblist_line {
    int64_t line; // 0: of instructions whose line is not known
    int64_t flat, cum;
    const struct weblist_instruction *instructions;
    size_t n_instructions;
};

// Lines of one function in one file that are near each other, with those around them: lines without
// weight are listed, too.
struct weblist_part {
    struct span name, file;
    int64_t flat, cum;
    struct weblist_line *lines;
    size_t n_lines;
};

struct weblist {
    struct weblist_part *parts; // by file and line
    size_t n_parts;
};

// -1 with *err filled where nothing matches.
int report_weblist(const struct report *r, struct regex *symbol,
                   const struct objdump_options *options, struct weblist *out, struct err *err);

#endif
