// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_PUNYCODE_H
#define CPROF_SYMBOL_PUNYCODE_H

#include "base/buf.h"

// Adds what an identifier in Rust's Punycode stands for, in UTF-8: the letters of ASCII, then after
// the last "_" where others go among them (RFC 3492, with "_" for "-"). False where it is not that.
bool punycode_decode(struct span name, struct buf *out);

#endif
