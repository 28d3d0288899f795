// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_SERVER_PARTS_H
#define CPROF_WEB_SERVER_PARTS_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/serve.h"
#include "web/address.h"
#include "web/call.h"
#include "web/httpd.h"

// What the files of the server share.

enum { WEB_WORKERS_MAX = 8, WEB_TOKEN_SIZE = 32 };

// A client's connection. The one that is open longest without an answer is the first to go.
struct peer {
    int fd;
    int64_t since; // it came, or its last answer was begun; 0: an answer is being worked out
    struct peer *next, **back;
};

struct server {
    const struct httpd_library *httpd;
    struct MHD_Daemon *daemon;
    struct web_address address;
    struct buf url;
    char token[WEB_TOKEN_SIZE + 1];
    struct config config;
    char *const *paths;
    size_t n_paths;
    const struct job *job; // the user's: it hears remarks and how far loading is

    struct job loading;
    pthread_t loader, watcher, workers[WEB_WORKERS_MAX];
    unsigned n_workers;
    bool has_loader;
    atomic_uint_fast64_t done, n; // of loading

    pthread_mutex_t lock; // of what follows
    pthread_cond_t changed;
    const struct loaded *loaded;
    struct err failure; // of loading
    bool failed, ending;
    struct call *queue, **queue_end, *active;
    unsigned n_heavy; // of those that are worked on
    struct peer *peers;
    unsigned n_peers, peers_max;
};

// What is known now, for answers that need no profile.
struct web_facts server_facts(struct server *s);

// Puts a call that has to wait into the queue; a worker answers it. At the end none does: then
// false.
bool server_queue(struct server *s, struct call *c);

// Threads of their own.
void *server_work(void *server);
void *server_watch(void *server);

// Told by the library: a connection came or went.
void server_note_peer(void *server, struct MHD_Connection *connection, void **context,
                      enum MHD_ConnectionNotificationCode what);
void server_mark_peer(struct server *s, struct MHD_Connection *connection, bool busy);

#endif
