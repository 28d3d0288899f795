// SPDX-License-Identifier: Apache-2.0
#include "cli/libedit.h"

#include <stddef.h>

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

#include <dlfcn.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} rows[] = {
#define LIBEDIT_ROW(name) {#name, offsetof(struct libedit, name)},
    LIBEDIT_FUNCTIONS(LIBEDIT_ROW)};

const struct libedit *libedit_load(struct err *err)
{
    void *library = dlopen("libedit.so.2", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        err_set(err, "cannot load libedit (Debian: apt install libedit2): %s", dlerror());
        return NULL;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *function = dlsym(library, rows[i].name);
        if (!function) {
            err_set(err, "libedit.so.2 has no function %s", rows[i].name);
            return NULL;
        }
        memcpy((char *)&functions + rows[i].offset, &function, sizeof function);
    }
    return &functions;
}

#endif
