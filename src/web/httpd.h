// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_HTTPD_H
#define CPROF_WEB_HTTPD_H

#include <microhttpd.h>

#include "base/err.h"

// What of libmicrohttpd is used. It is loaded when a server starts: linked, it would cost every
// start of the program a millisecond.
struct httpd_library {
    __typeof__(&MHD_start_daemon) start_daemon;
    __typeof__(&MHD_stop_daemon) stop_daemon;
    __typeof__(&MHD_create_response_from_buffer) create_response;
    __typeof__(&MHD_add_response_header) add_response_header;
    __typeof__(&MHD_queue_response) queue_response;
    __typeof__(&MHD_destroy_response) destroy_response;
    __typeof__(&MHD_suspend_connection) suspend_connection;
    __typeof__(&MHD_resume_connection) resume_connection;
    __typeof__(&MHD_lookup_connection_value) lookup_value;
    __typeof__(&MHD_get_connection_values) get_values;
    __typeof__(&MHD_get_connection_info) connection_info;
};

// NULL with *err filled where it is not installed.
const struct httpd_library *httpd_library(struct err *err);

#endif
