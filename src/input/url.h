// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_URL_H
#define CPROF_INPUT_URL_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

// What the name of a source says about where to fetch it; nothing here touches the network.

struct url {
    const char *scheme; // "http" or "https"
    const char *host;   // as a URL has it: an IPv6 address in brackets; "localhost" of a socket
    const char *port;   // or ""
    const char *path;   // begins with a slash
    const char *query;  // what follows the question mark, or ""
    const char *user, *password; // or NULL
    const char *unix_socket;     // its path, or NULL
    bool insecure;               // the certificate is not looked at
    int64_t seconds;             // that the query asks for; 0: none
};

// Whether a name looks like a URL: a scheme and ://, or host:port with no scheme. That a file of
// that name wins is for the caller to see to.
bool url_is_one(const char *name);

// Takes a URL apart, as people write it: http://, https://, https+insecure://, host:port/path and
// unix:///path/of/socket:/path. With seconds, those are asked for in its query. A URL without a
// path gets that of a CPU profile of Go's net/http/pprof. Memory is the arena's. 0, or -1 with *err
// filled.
int url_parse(struct url *u, const char *name, int64_t seconds, struct arena *arena,
              struct err *err);

// Where an answer sends on to: another URL, absolute. What was given for the first host does not go
// to another one: users and passwords are cut out. -1 with *err filled where it is neither http nor
// https.
int url_redirect(struct url *to, const struct url *from, const char *location, struct arena *arena,
                 struct err *err);

// Same scheme, host and port (and socket).
bool url_same_origin(const struct url *a, const struct url *b);

// Another path, without a query: "symbol" next to it. NULL with no sibling.
const char *url_symbol_path(const struct url *u, struct arena *arena);

// Adds the URL for a client, without user and password; of a socket, as if of localhost.
void url_write(const struct url *u, struct buf *out);

// Adds it for people: with no user and password, and with *** for each value of the query whose
// name has to do with secrets.
void url_show(const struct url *u, struct buf *out);

// Adds a text, such as a line of input, with the URLs in it as url_show shows them.
void url_hide_secrets(struct span text, struct buf *out);

// "heap" of …/heap?x=y; "" where there is none.
struct span url_last_part(const struct url *u);

// Whether the path is that of the list of profiles, /debug/pprof or /debug/pprof/.
bool url_is_list(const struct url *u);

// Whether the host is this machine by its name or address: no proxy is asked for it.
bool url_is_local(const struct url *u);

#endif
