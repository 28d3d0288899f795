// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_SYMBOL_H
#define CPROF_PROFILE_SYMBOL_H

#include "profile/profile.h"

// Gives functions the names that reports show: of a C++ name that is not simplified yet, the
// argument list and the template parameters go. Go and Java names stay as they are.
// Rules: demangleSingleFunction of google/pprof's internal/symbolizer, for names that are
// demangled already.
void symbol_simplify_names(struct profile *p);

// A function's name without what comes before "." on PPC64 and without its argument list, to match
// drop_frames, keep_frames and prune_from with. Borrows the name's bytes.
struct span symbol_bare_name(struct span name);

#endif
