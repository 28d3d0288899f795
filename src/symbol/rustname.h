// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RUSTNAME_H
#define CPROF_SYMBOL_RUSTNAME_H

#include "base/buf.h"

// Adds what one of Rust's old names, "_ZN…17h…E", stands for; false, and nothing added, where it is
// not one. It has to begin with "_ZN".
bool rustname_old(const char *mangled, struct buf *out);

// Adds what one of Rust's new names, which begin with "_R", stands for, perhaps without generic
// arguments. False, and nothing added, where it is not one.
bool rustname_v0(struct span name, bool no_generics, struct buf *out);

#endif
