// SPDX-License-Identifier: Apache-2.0
#include "cli/libedit.h"

#include <stddef.h>

#include "base/library.h"

static struct libedit functions;

#ifdef CPROF_STATIC

const struct libedit *libedit_load(struct err *err)
{
    (void)err;
#define LIBEDIT_LINKED(name) functions.name = name;
    LIBEDIT_FUNCTIONS(LIBEDIT_LINKED)
    return &functions;
}

#else

const struct libedit *libedit_load(struct err *err)
{
    static const char *const files[] = {"libedit.so.2", NULL};
    static const struct library_function rows[] = {
#define LIBEDIT_ROW(name) {#name, offsetof(struct libedit, name)},
        LIBEDIT_FUNCTIONS(LIBEDIT_ROW)};
    if (library_load(files, rows, sizeof rows / sizeof *rows, &functions, err) == 0)
        return &functions;
    err_wrap(err, "cannot load libedit (Debian: apt install libedit2)");
    return NULL;
}

#endif
