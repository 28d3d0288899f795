// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_BINARY_H
#define CPROF_SYMBOL_BINARY_H

#include "base/job.h"
#include "base/vec.h"
#include "symbol/dwarf.h"
#include "symbol/symtab.h"

// A program or library on this machine, with the file that has its debugging information where that
// is another one.
struct binary;

// Opens a regular file. NULL with *err filled where it is not one, or none that can be read; the
// message does not name the path.
struct binary *binary_open(const char *path, struct err *err);
void binary_close(struct binary *b);

const struct elf *binary_elf(const struct binary *b);

// The build id in hexadecimal digits, or "".
const char *binary_build_id(const struct binary *b);

// Lines about what could not be used to name its functions, to be told once; "" where all is well.
const char *binary_trouble(const struct binary *b);

// One frame of an address, the innermost inlined call first. The texts are the binary's.
struct frame {
    struct span function; // empty: unknown
    struct span file;     // empty: unknown
    int64_t line, column; // 0: unknown
    int64_t start_line;   // of the function; 0: unknown
};

struct frames {
    VEC(struct frame) all;
};

// What is known of an address of the file before names are settled.
struct found {
    uint16_t section; // in memory that has the address; 0: none
    bool in_dwarf;
    struct dwarf_place place;
};

// Which program google/pprof would have asked, and so which answers are right.
enum symbol_style { AS_ADDR2LINE, AS_LLVM_SYMBOLIZER };

// Has debugging information read that is in files of its own (.dwo), as llvm-symbolizer does and
// addr2line does not; before anything is asked.
void binary_read_split(struct binary *b);

// Finds what is at each of n addresses, sorted; before anything else is asked.
// May run on a thread of its own. With fast, symbol tables alone are read.
void binary_find(struct binary *b, bool fast, const uint64_t *addresses, size_t n,
                 struct found *found, const struct job *job);

// Adds the frames of an address; none where nothing is known. The answer may depend on which
// addresses were asked for before, as addr2line's does: ask in the profile's order.
void binary_frames(struct binary *b, bool fast, uint64_t address, const struct found *found,
                   struct arena *arena, struct frames *frames);

// The same as llvm-symbolizer has it: with columns and the lines that functions begin at, and
// always a frame, if only an empty one.
void binary_frames_of_llvm(struct binary *b, uint64_t address, const struct found *found,
                           struct arena *arena, struct frames *frames);

#endif
