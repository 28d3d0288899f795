// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_MAPPING_H
#define CPROF_SYMBOL_MAPPING_H

#include "profile/profile.h"
#include "symbol/base.h"
#include "symbol/binary.h"

// A mapping of a profile and the file on this machine that it is of.

struct opened {
    struct binary *binary;
    struct mapped mapped;
};

// Opens a file that a mapping may be of. -1 with *err filled where it cannot be, or cannot be read;
// the message does not name the path.
int mapping_open(const struct profile *p, const struct mapping *m, const char *path,
                 struct opened *opened, struct err *err);

// The same of a file that has the mapping's build id, where both have one.
int mapping_open_same(const struct profile *p, const struct mapping *m, const char *path,
                      struct opened *opened, struct err *err);

// Whether nothing can be known of the mapping's addresses: "[vdso]", "//anon" and others.
bool mapping_is_anchor(struct span file);

// Notes of kernels' mappings which symbol they begin at, before their file is replaced.
void mapping_note_kernel(struct profile *p);

#endif
