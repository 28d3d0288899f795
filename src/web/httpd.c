// SPDX-License-Identifier: Apache-2.0
#include "web/httpd.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/library.h"

static struct httpd_library library;
static bool loaded;

#ifdef CPROF_STATIC

static void load(void)
{
    library = (struct httpd_library){
        MHD_start_daemon,          MHD_stop_daemon,         MHD_create_response_from_buffer,
        MHD_add_response_header,   MHD_queue_response,      MHD_destroy_response,
        MHD_suspend_connection,    MHD_resume_connection,   MHD_lookup_connection_value,
        MHD_get_connection_values, MHD_get_connection_info,
    };
    loaded = true;
}

#else

static void load(void)
{
    static const char *const files[] = {"libmicrohttpd.so.12", "libmicrohttpd.so", NULL};
    static const struct library_function rows[] = {
        {"MHD_start_daemon", offsetof(struct httpd_library, start_daemon)},
        {"MHD_stop_daemon", offsetof(struct httpd_library, stop_daemon)},
        {"MHD_create_response_from_buffer", offsetof(struct httpd_library, create_response)},
        {"MHD_add_response_header", offsetof(struct httpd_library, add_response_header)},
        {"MHD_queue_response", offsetof(struct httpd_library, queue_response)},
        {"MHD_destroy_response", offsetof(struct httpd_library, destroy_response)},
        {"MHD_suspend_connection", offsetof(struct httpd_library, suspend_connection)},
        {"MHD_resume_connection", offsetof(struct httpd_library, resume_connection)},
        {"MHD_lookup_connection_value", offsetof(struct httpd_library, lookup_value)},
        {"MHD_get_connection_values", offsetof(struct httpd_library, get_values)},
        {"MHD_get_connection_info", offsetof(struct httpd_library, connection_info)},
    };
    struct err ignored;
    loaded = library_load(files, rows, sizeof rows / sizeof *rows, &library, &ignored) == 0;
}

#endif

const struct httpd_library *httpd_library(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (loaded)
        return &library;
    err_set(err, "serving pages needs libmicrohttpd; on Debian: apt-get install libmicrohttpd12");
    return NULL;
}
