// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_GUARD_H
#define CPROF_WEB_GUARD_H

#include <stdbool.h>

#include "base/span.h"

// Who may ask. A page from elsewhere can make a browser send requests here, under a name of its own
// that leads here, too; it cannot read a token or forge Host and Origin.

// What a request says of where it comes from; at is NULL for a header that it has not.
struct web_sender {
    struct span host, origin, token;
};

// Whether Host names this machine as its owner does: localhost, an IP address, or the name that the
// server was given, with any port, as that changes on its way through a tunnel.
bool web_host_is_ours(struct span host, struct span name);

// Whether a request may change something: it has the token, and if it says where it comes from,
// that is here.
bool web_may_change(const struct web_sender *sender, struct span token);

#endif
