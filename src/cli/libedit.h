// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_LIBEDIT_H
#define CPROF_CLI_LIBEDIT_H

#include <histedit.h>

#include "base/err.h"

// The functions of libedit that are used. The library, and the three that it needs, are loaded when
// a person opens the shell: linked, they would cost every report a third of a millisecond. A static
// build has them linked.
// clang-format off
#define LIBEDIT_FUNCTIONS(X)                                                                  \
    X(el_init) X(el_end) X(el_set) X(el_get) X(el_gets) X(el_line) X(el_source)               \
    X(el_insertstr) X(el_deletestr) X(history) X(history_init) X(history_end)
// clang-format on

struct libedit {
#define LIBEDIT_MEMBER(name) __typeof__(name) *name;
    LIBEDIT_FUNCTIONS(LIBEDIT_MEMBER)
#undef LIBEDIT_MEMBER
};

// NULL with *err filled where it cannot be loaded; the same answer each time.
const struct libedit *libedit_load(struct err *err);

#endif
