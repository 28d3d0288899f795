// SPDX-License-Identifier: Apache-2.0
#include "symbol/libdw.h"

#ifdef HAVE_LIBDW

#include <pthread.h>
#include <stddef.h>

static struct libdw functions;
static bool loaded;
static struct err trouble;

#ifdef CPROF_STATIC

static void load(void)
{
#define LIBDW_LINKED(name) functions.name = name;
    LIBDW_FUNCTIONS(LIBDW_LINKED)
    loaded = functions.elf_version(EV_CURRENT) != EV_NONE;
}

#else

#include <dlfcn.h>
#include <string.h>

static const struct {
    const char *name;
    size_t offset;
} rows[] = {
#define LIBDW_ROW(name) {#name, offsetof(struct libdw, name)},
    LIBDW_FUNCTIONS(LIBDW_ROW)};

static void load(void)
{
    // libdw brings libelf, whose functions are found through it.
    void *library = dlopen("libdw.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        err_set(&trouble, "%s", dlerror());
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        void *function = dlsym(library, rows[i].name);
        if (!function) {
            err_set(&trouble, "libdw.so.1 has no function %s", rows[i].name);
            return;
        }
        memcpy((char *)&functions + rows[i].offset, &function, sizeof function);
    }
    loaded = functions.elf_version(EV_CURRENT) != EV_NONE;
}

#endif

const struct libdw *libdw_load(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!loaded)
        err_set(err, "cannot load libdw (Debian: apt install libdw1): %s", trouble.text);
    return loaded ? &functions : NULL;
}

#endif
