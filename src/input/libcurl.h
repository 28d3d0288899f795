// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_LIBCURL_H
#define CPROF_INPUT_LIBCURL_H

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/err.h"

// What of libcurl is used. The library is loaded when the first URL is opened: linked, it would
// cost every start some milliseconds.

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define LIBCURL_FUNCTIONS(X) \
    X(global_init)           \
    X(easy_init)             \
    X(easy_cleanup)          \
    X(easy_setopt)           \
    X(easy_getinfo)          \
    X(easy_pause)            \
    X(easy_strerror)         \
    X(slist_append)          \
    X(slist_free_all)        \
    X(multi_init)            \
    X(multi_cleanup)         \
    X(multi_setopt)          \
    X(multi_add_handle)      \
    X(multi_remove_handle)   \
    X(multi_perform)         \
    X(multi_info_read)       \
    X(multi_poll)            \
    X(multi_wakeup)

struct libcurl {
#define X(name) __typeof__(curl_##name) *name;
    LIBCURL_FUNCTIONS(X)
#undef X
};

// NULL with *err filled where the library is not there, or too old.
const struct libcurl *libcurl_get(struct err *err);

#endif
