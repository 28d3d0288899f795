// SPDX-License-Identifier: Apache-2.0
#include "input/libcurl.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

static struct libcurl table;
static bool loaded;
static struct err why_not;

static int start(void)
{
    if (table.global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return err_set(&why_not, "libcurl cannot be started");
    loaded = true;
    return 0;
}

#ifdef CPROF_STATIC
static void load(void)
{
#define X(name) table.name = curl_##name;
    LIBCURL_FUNCTIONS(X)
#undef X
    start();
}
#else
static void *open_library(void)
{
    static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so"};
    void *library = NULL;
    for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
        library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return library;
}

static void load(void)
{
    void *library = open_library();
    bool whole = library;
#define X(name)                                                           \
    *(void **)&table.name = whole ? dlsym(library, "curl_" #name) : NULL; \
    whole = whole && table.name;
    LIBCURL_FUNCTIONS(X)
#undef X
    if (!library)
        err_set(&why_not, "URLs need libcurl, which is not installed; on Debian: apt-get install "
                          "libcurl4");
    else if (!whole)
        err_set(&why_not, "the libcurl that is installed is too old: want 7.68 or later");
    else
        start();
}
#endif

const struct libcurl *libcurl_get(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (!loaded)
        *err = why_not;
    return loaded ? &table : NULL;
}
