// SPDX-License-Identifier: Apache-2.0
#include "web/httpd.h"

#include <pthread.h>
#include <stdbool.h>

static struct httpd_library library;

#ifdef CPROF_STATIC

static void load(void)
{
    library = (struct httpd_library){
        MHD_start_daemon,          MHD_stop_daemon,         MHD_create_response_from_buffer,
        MHD_add_response_header,   MHD_queue_response,      MHD_destroy_response,
        MHD_suspend_connection,    MHD_resume_connection,   MHD_lookup_connection_value,
        MHD_get_connection_values, MHD_get_connection_info,
    };
}

#else

#include <dlfcn.h>

// A member of the table by the name that it has in the library.
static bool find(void *handle, const char *name, void *member)
{
    void *symbol = dlsym(handle, name);
    __builtin_memcpy(member, &symbol, sizeof symbol);
    return symbol != NULL;
}

static void load(void)
{
    struct httpd_library l;
    void *handle = dlopen("libmicrohttpd.so.12", RTLD_NOW | RTLD_LOCAL);
    if (!handle)
        handle = dlopen("libmicrohttpd.so", RTLD_NOW | RTLD_LOCAL);
    if (handle && find(handle, "MHD_start_daemon", &l.start_daemon) &&
        find(handle, "MHD_stop_daemon", &l.stop_daemon) &&
        find(handle, "MHD_create_response_from_buffer", &l.create_response) &&
        find(handle, "MHD_add_response_header", &l.add_response_header) &&
        find(handle, "MHD_queue_response", &l.queue_response) &&
        find(handle, "MHD_destroy_response", &l.destroy_response) &&
        find(handle, "MHD_suspend_connection", &l.suspend_connection) &&
        find(handle, "MHD_resume_connection", &l.resume_connection) &&
        find(handle, "MHD_lookup_connection_value", &l.lookup_value) &&
        find(handle, "MHD_get_connection_values", &l.get_values) &&
        find(handle, "MHD_get_connection_info", &l.connection_info))
        library = l;
}

#endif

const struct httpd_library *httpd_library(struct err *err)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, load);
    if (library.start_daemon)
        return &library;
    err_set(err, "serving pages needs libmicrohttpd; on Debian: apt-get install libmicrohttpd12");
    return NULL;
}
