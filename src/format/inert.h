// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_INERT_H
#define CPROF_FORMAT_INERT_H

#include "base/buf.h"

// Text from a profile, made harmless for the programs that read a report and the terminals that it
// may end up on.

// Adds text as valid UTF-8 (U+FFFD stands for each byte that is none) with every control character
// but those of kept, and every character that ends a line or turns its direction, written out:
// "\x1b", "\u202e".
void inert_add(struct buf *out, struct span text, const char *kept);

#endif
