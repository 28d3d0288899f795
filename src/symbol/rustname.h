// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_RUSTNAME_H
#define CPROF_SYMBOL_RUSTNAME_H

#include "base/buf.h"

// Adds what one of Rust's old names, "_ZN…17h…E", stands for; false, and nothing added, where it is
// not one. It has to begin with "_ZN".
bool rustname_old(const char *mangled, struct buf *out);

#endif
