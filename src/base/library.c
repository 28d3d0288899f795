// SPDX-License-Identifier: Apache-2.0
#include "base/library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void *open_first(const char *const *files)
{
    void *library = NULL;
    for (; *files && !library; files++)
        library = dlopen(*files, RTLD_NOW | RTLD_LOCAL);
    return library;
}

int library_load(const char *const *files, const struct library_function *functions, size_t n,
                 void *table, struct err *err)
{
    void *library = open_first(files);
    if (!library)
        return err_set(err, "%s", dlerror());
    for (size_t i = 0; i < n; i++) {
        void *function = dlsym(library, functions[i].name);
        if (!function)
            return err_set(err, "%s has no function %s", files[0], functions[i].name);
        memcpy((char *)table + functions[i].offset, &function, sizeof function);
    }
    return 0;
}

void library_need(const char *file, const char *package, const struct library_function *functions,
                  size_t n, void *table)
{
    struct err err;
    const char *const files[] = {file, NULL};
    if (library_load(files, functions, n, table, &err) == 0)
        return;
    char text[sizeof err.text + 128];
    int length = snprintf(text, sizeof text, "cprof: cannot load %s (Debian: apt install %s): %s\n",
                          file, package, err.text);
    ssize_t written = write(STDERR_FILENO, text, (size_t)length);
    (void)written;
    _exit(EXIT_FAILURE);
}
