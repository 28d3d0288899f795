// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_URL_H
#define CPROF_WEB_URL_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/span.h"
#include "base/vec.h"

// The target of a request, "/ui/top?f=main&n=10", taken apart.

struct web_param {
    struct span name, value; // decoded, with no zero byte in them
};

struct web_url {
    struct span path;  // decoded
    struct span query; // as it came, without "?"
    VEC(struct web_param) params;
};

enum { WEB_URL_MAX = 1 << 16, WEB_PARAMS_MAX = 1000 };

// Spans are the arena's or the target's. false where it is too long, is not a path, or has what
// cannot stand in one: a zero byte, even an escaped one, control characters, blanks.
bool web_url_parse(struct web_url *url, struct span target, struct arena *arena);

// The first value of a name, or "".
struct span web_url_get(const struct web_url *url, const char *name);

// Adds a text so that it can stand as a value in a query.
void web_url_quote(struct buf *out, struct span text);

#endif
