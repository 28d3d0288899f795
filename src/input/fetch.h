// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_FETCH_H
#define CPROF_INPUT_FETCH_H

#include "base/buf.h"
#include "base/job.h"
#include "base/stream.h"

// Fetches URLs (url.h says what they look like) over HTTP, many at once, on one thread of its own.

struct fetch_options {
    int64_t seconds; // to ask for in each URL; 0: none
    int64_t timeout; // of one fetch, in seconds; 0: 60, or half as much again as the
                     // seconds asked for. There are always 5 more.
    const char *tls_cert, *tls_key, *tls_ca; // files, or ""
    const char *headers; // "Name: value" a line, or "@FILE" which has such lines; or ""
    unsigned parallel;   // URLs at once, at least 1
    uint64_t max_bytes;  // of one body; 0: any
    bool as_is;          // nothing is packed for the way
    bool quiet;          // nothing is noted of what is fetched
};

struct fetcher;

// The options are copied. NULL with *err filled where they cannot be used, or libcurl is not there.
struct fetcher *fetcher_new(const struct fetch_options *options, const struct job *job,
                            struct err *err);

// Gives up what is still being fetched.
void fetcher_free(struct fetcher *f);

// What max_bytes says.
uint64_t fetcher_max(const struct fetcher *f);

// Says that a URL will be opened, once: fetching begins in the order in which they were named, and
// what comes waits in a buffer. A URL that cannot be parsed says so when it is opened.
void fetcher_expect(struct fetcher *f, const char *url);

// The bytes of a URL, as they arrive. NULL with *err filled, which does not name the URL.
struct stream *fetcher_open(struct fetcher *f, const char *url, struct err *err);
void fetcher_close(struct stream *s);

// Appends a page, HTML or not, of at most max bytes. -1 with *err filled.
int fetcher_page(struct fetcher *f, const char *url, size_t max, struct buf *page, struct err *err);

// Sends a body, as application/octet-stream, to another path of the URL's host. Appends the answer,
// of at most max bytes. -1 with *err filled.
int fetcher_post(struct fetcher *f, const char *url, const char *path, struct span body, size_t max,
                 struct buf *answer, struct err *err);

// Whether this build can fetch at all.
bool fetch_is_there(void);

#endif
