// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_CALL_H
#define CPROF_WEB_CALL_H

#include "web/answer.h"
#include "web/httpd.h"

// One request on its way through the server.
struct call {
    struct server *server;
    struct MHD_Connection *connection;
    char *target; // owned
    struct ask ask;
    struct answer answer;
    struct job job;
    bool head; // was read; a body may follow
    bool parsed, has_job, answered;
    bool packs; // the client takes gzip
    bool gone;  // so is the client
    int fd;
    struct buf notes;                 // what the work on it had to remark, a line each
    size_t body;                      // bytes that came with it, which nobody reads
    struct call *next;                // in the server's queue
    struct call *next_active, **back; // among those that wait or are worked on
};

// Parses the target of a new call, checks who asks, and answers what can be answered at once. False
// where it has to wait for a worker.
bool call_begin(struct call *c, const char *method);

// Sends the answer.
enum MHD_Result call_reply(struct call *c);

void call_free(struct call *c);

#endif
