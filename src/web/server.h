// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_SERVER_H
#define CPROF_WEB_SERVER_H

#include "app/serve.h"

// Serves the page and its answers over HTTP: see app/serve.h. One thread moves bytes, some work out
// reports, one stops the work for clients that have gone and ends connections that take too long.
extern const struct server_ops web_server;

#endif
