// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_UTF8_H
#define CPROF_BASE_UTF8_H

#include <stdint.h>

#include "base/buf.h"

// Reads the code point at the start of s, which is not empty, into *point and returns how many
// bytes it takes. A byte that is not part of valid UTF-8 is read alone, as UTF8_BAD.
#define UTF8_BAD UINT32_MAX
size_t utf8_next(struct span s, uint32_t *point);

// How many characters s has; a byte that is not valid counts as one.
size_t utf8_count(struct span s);

bool utf8_valid(struct span s);

// Adds s with U+FFFD in the place of every byte that is not valid.
void utf8_add_valid(struct buf *out, struct span s);

#endif
