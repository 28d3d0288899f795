// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_PRUNE_H
#define CPROF_SYMBOL_PRUNE_H

#include "symbol/demangle.h"

struct demangle_component; // libiberty's

// Takes the arguments of templates and of enclosing functions out of the tree of a C++ name, unless
// all is shown, and mends what libiberty has otherwise than other demanglers. The tree's parts are
// changed; what is returned is made of them.
struct demangle_component *prune_tree(struct demangle_component *tree, enum demangle_style style);

#endif
