// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_SERVE_H
#define CPROF_APP_SERVE_H

#include "app/app.h"

// How the command line and the shell come to a server although they know none: main hands them one.

struct serving {
    const char *address;         // HOST:PORT, as the option http has it
    bool browser;                // one is opened on it
    const struct config *config; // what requests are put over; copied
    const struct loaded *loaded; // or NULL: it is loaded from the paths, while requests wait
    char *const *paths;          // outlive the server
    size_t n_paths;
    const struct job *job; // gets remarks and the progress of loading
};

struct server;

struct server_ops {
    // NULL with *err filled. The server answers from its own threads when this returns.
    struct server *(*start)(const struct serving *serving, struct err *err);
    // Where it is: "http://localhost:8080".
    const char *(*url)(const struct server *s);
    // Opens a browser there, beside whatever goes on.
    void (*show)(struct server *s);
    // Waits until the job is stopped or loading fails: then -1 with *err filled.
    int (*wait)(struct server *s, struct err *err);
    void (*stop)(struct server *s); // and frees it
};

#endif
