// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_ADDRESS_H
#define CPROF_WEB_ADDRESS_H

#include "base/buf.h"
#include "base/err.h"

// Where a server listens: ":8080", "8080" and "localhost" are this machine alone; another address
// has to be named; port 0 or none is a free one.
struct web_address {
    char host[256]; // a name or an address without brackets
    int port;       // 0: any
};

// -1 with *err filled where the text is not an address.
int web_address_parse(struct web_address *a, struct span text, struct err *err);

// Binds and listens; the port becomes the real one. The socket, or -1 with *err filled.
int web_address_listen(struct web_address *a, struct err *err);

// Adds "http://localhost:8080".
void web_address_url(const struct web_address *a, struct buf *out);

#endif
