// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_SYMBOL_H
#define CPROF_PROFILE_SYMBOL_H

#include "base/span.h"

// A function's name without what comes before "." on PPC64 and without its argument list, to match
// prune_from with. A receiver of Go is taken for such a list, as google/pprof has it. Borrows the
// name's bytes.
struct span symbol_bare_name(struct span name);

// The same to match drop_frames and keep_frames with; a receiver stays.
struct span symbol_shown_name(struct span name);

#endif
