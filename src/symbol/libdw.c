// SPDX-License-Identifier: Apache-2.0
#include "symbol/libdw.h"

#ifdef HAVE_LIBDW

#include <pthread.h>
#include <stddef.h>

#include "base/library.h"

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

static void load(void)
{
    // libdw brings libelf, whose functions are found through it.
    static const char *const files[] = {"libdw.so.1", NULL};
    static const struct library_function rows[] = {
#define LIBDW_ROW(name) {#name, offsetof(struct libdw, name)},
        LIBDW_FUNCTIONS(LIBDW_ROW)};
    loaded = library_load(files, rows, sizeof rows / sizeof *rows, &functions, &trouble) == 0 &&
             functions.elf_version(EV_CURRENT) != EV_NONE;
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
