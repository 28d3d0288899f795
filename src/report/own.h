// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_OWN_H
#define CPROF_REPORT_OWN_H

#include "base/regex.h"
#include "graph/node.h"

// Whose code a function is, so that the eye finds what its owner can change.
//
// Go tells by package: the standard library has no dot in its path's first element, and a module
// that is depended on has its version in its files' paths (…/pkg/mod/NAME@v1.2.3/…, or
// NAME@v1.2.3/… with -trimpath) or stands in a vendor folder; what is neither was built from a
// working directory. Elsewhere the binary or the source file's folder tells: shared libraries,
// site-packages, node_modules and so on. What no other class takes is the program's own.

enum code_class {
    CODE_OWN,
    CODE_LIBRARY,
    CODE_RUNTIME, // the language's own run time, the C library, the kernel, assembly
    CODE_TAG,     // no code: a frame made of a tag
    N_CODE_CLASSES,
};

// "own", "library", "runtime", "tag".
extern const char *const code_class_names[N_CODE_CLASSES];

struct own {
    const struct profile *p;
    const struct node_table *t;
    struct regex *regex; // of what is the program's own, or NULL: it is worked out
    uint32_t *locations; // by node: one that it was made of,
    uint32_t *lines;     // and the line of it, or NO_INDEX
    bool is_go;
};

// All memory is the arena's.
void own_init(struct own *o, const struct profile *p, const struct node_table *t,
              struct regex *regex, struct arena *arena);

// Of what a location's line says; the line is NO_INDEX where there is none.
enum code_class own_class(const struct own *o, uint32_t location, uint32_t line);

// Of a node of the table: as one of the lines that it was made of.
enum code_class own_node_class(const struct own *o, uint32_t node);

// The function of that line, or NULL; its file is as the profile has it.
const struct function *own_node_function(const struct own *o, uint32_t node);

#endif
