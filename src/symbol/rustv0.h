// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RUSTV0_H
#define CPROF_SYMBOL_RUSTV0_H

#include "base/buf.h"

// Adds what one of Rust's new names, which begin with "_R", stands for, perhaps without generic
// arguments. False, and nothing added, where it is not one.
bool rustv0_demangle(struct span name, bool no_generics, struct buf *out);

#endif
