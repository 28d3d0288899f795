// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_PLAIN_H
#define CPROF_SYMBOL_PLAIN_H

#include "base/buf.h"

// Names that are written out already: which of them are C++, and what of a C++ name is shown.

// Whether the name, of a function in the file, is that of a C++ function. A profile does not say in
// which language it was made, so this goes by what only other languages write, and by the ending of
// the file's name where there is one.
bool plain_is_cplusplus(struct span name, struct span file);

// Adds the C++ name without its argument lists and, unless keep_templates, without its template
// arguments. What is not such a list stays: "(anonymous namespace)", "operator()", "<lambda(int)>",
// the parentheses of a declarator. The result is never empty.
void plain_simplify(struct span name, bool keep_templates, struct buf *out);

#endif
