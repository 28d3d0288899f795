// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_RE2_H
#define CPROF_BASE_RE2_H

#include "base/buf.h"
#include "base/err.h"

// Checks a pattern by RE2's rules and adds the same pattern in PCRE2's syntax to out. Groups do not
// capture. -1 with *err filled, the offset in it, where RE2 would refuse the pattern.
// Rules: Go's regexp/syntax with its Perl flags.
int re2_translate(struct span pattern, struct buf *out, struct err *err);

#endif
