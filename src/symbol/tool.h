// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_TOOL_H
#define CPROF_SYMBOL_TOOL_H

#include "base/arena.h"

// The option tools: "[tool:]directory" joined by commas, where programs are looked for.

// The program of that name in these directories; NULL: none has it. *only says whether any
// directory may have it: then it is not to be looked for in PATH.
const char *tool_find(struct span tools, struct span name, struct arena *arena, bool *only);

// Whether it is in these directories, or in PATH where none is given for it.
bool tool_is_there(struct span tools, struct span name);

#endif
