// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_DEMANGLE_H
#define CPROF_SYMBOL_DEMANGLE_H

#include "base/buf.h"

// How much of a name is shown.
enum demangle_style {
    DEMANGLE_SIMPLE,    // no argument lists, no template arguments, no return types
    DEMANGLE_TEMPLATES, // no argument lists, no return types
    DEMANGLE_FULL,      // all
    DEMANGLE_NONE,      // the mangled name
};

// Adds what a mangled name of C++ (Itanium), Rust (legacy or v0) or D stands for; false, and
// nothing added, where it is not one, or where it would be absurdly long.
bool demangle(struct span mangled, enum demangle_style style, struct buf *out);

// Whether names can be demangled by this build.
bool demangle_is_built_in(void);

#endif
