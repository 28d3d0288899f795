// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_TRANSFER_H
#define CPROF_INPUT_TRANSFER_H

#include <pthread.h>

#include "base/arena.h"
#include "input/fetch.h"
#include "input/libcurl.h"
#include "input/url.h"

// One URL on its way; between fetch.c, which has the thread and the queue, and transfer.c, which
// knows how to ask and what an answer means.

enum transfer_state {
    TRANSFER_WAITS, // for its turn
    TRANSFER_RUNS,
    TRANSFER_ENDED, // with or without an error
};

struct transfer {
    const struct libcurl *curl;
    const struct fetch_options *options;
    pthread_mutex_t *lock;
    char *name;
    struct arena arena;
    struct url first, url; // as it was named, and where redirects have led
    bool posts;
    bool any_page; // HTML is welcome
    struct span body_to_send;

    // Of the thread.
    CURL *easy;
    struct curl_slist *headers;
    struct buf status_line, content_type, head; // the head goes to the body once it is judged
    unsigned redirects;
    int64_t begun, deadline, last_byte, paused_since; // of the monotonic clock; 0: not paused
    char error[CURL_ERROR_SIZE];

    // Under the lock.
    enum transfer_state state;
    bool opened, closed; // by the reader
    bool judged;         // the body may be a profile
    struct buf body;
    size_t taken;      // of the body
    uint64_t received; // of the body, ever
    bool paused;       // until there is room again
    bool failed;
    struct err err;
};

struct transfer *transfer_new(const struct fetch_options *options, const char *name,
                              int64_t seconds);
void transfer_free(struct transfer *t);

// How long it may take, in seconds.
int64_t transfer_limit(const struct transfer *t);

// Notes what begins, in the words of google/pprof; *told_change is that a warning was given.
void transfer_note(const struct transfer *t, const struct job *job, bool *told_change);

// Prepares t->easy for t->url. -1 where it cannot: then it has failed.
int transfer_begin(struct transfer *t);
void transfer_end(struct transfer *t);

// What the end of a request means: true where another is to be begun, since it was sent on.
bool transfer_finish(struct transfer *t, CURLcode code);

// The first failure stays.
void transfer_fail(struct transfer *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

// The same where another try may end better.
void transfer_lose(struct transfer *t, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
