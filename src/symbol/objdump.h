// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_OBJDUMP_H
#define CPROF_SYMBOL_OBJDUMP_H

#include <stdint.h>

#include "base/arena.h"
#include "base/job.h"
#include "base/vec.h"

// Machine instructions, as GNU objdump (or LLVM's) writes them. It is started without a shell, in
// the C locale, and for a bounded time.

struct instruction {
    uint64_t address; // of the file
    struct span text;
    struct span function, file; // empty: unknown
    int64_t line;               // 0: unknown
};

struct instructions {
    VEC(struct instruction) all;
};

struct objdump_options {
    struct span tools; // "[tool:]directory" joined by commas, where to look instead of in PATH
    bool intel;        // Intel's syntax
    bool shut;         // files that a profile names are not to be opened
};

// Adds the instructions from start to before stop. Their texts are in the arena. -1 with *err
// filled where there is no objdump or it fails.
int objdump_run(const char *path, uint64_t start, uint64_t stop,
                const struct objdump_options *options, const struct job *job, struct arena *arena,
                struct instructions *out, struct err *err);

// Adds the instructions that a text of objdump has; what else it says is where they come from.
void objdump_parse(struct span text, struct arena *arena, struct instructions *out);

#endif
