// SPDX-License-Identifier: Apache-2.0
#include "input/libcurl.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"

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
static void load(void)
{
    static const char *const files[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so", NULL};
    static const struct library_function rows[] = {
#define X(name) {"curl_" #name, offsetof(struct libcurl, name)},
        LIBCURL_FUNCTIONS(X)
#undef X
    };
    if (library_load(files, rows, sizeof rows / sizeof *rows, &table, &why_not) == 0)
        start();
    else
        err_wrap(&why_not, "URLs need libcurl 7.68 or later; on Debian: apt-get install libcurl4");
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
