// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_WEB_ANSWER_H
#define CPROF_WEB_ANSWER_H

#include "web/ask.h"

// What is sent back.

enum { ANSWER_HEADERS_MAX = 8 };

struct answer_header {
    const char *name;
    char *value; // owned
};

struct answer {
    unsigned status;
    const char *mime;
    bool styled; // a page by itself, whose style stands in it; scripts have none
    struct buf body;
    struct span fixed; // in place of the body, where it is the program's own
    struct answer_header headers[ANSWER_HEADERS_MAX];
    size_t n_headers;
};

// What of a server answers are made of.
struct web_facts {
    const struct config *config;
    struct span token;
    struct job_progress progress; // of loading, while that lasts
    bool loading;
    bool series; // there are profiles enough for a trend
};

void answer_release(struct answer *a);
void answer_add_header(struct answer *a, const char *name, const char *value);

// What needs no profile; the page itself, too.
void answer_plain(struct answer *a, const struct ask *ask, const struct web_facts *facts);

// What does. The job may be stopped.
void answer_report(struct answer *a, const struct ask *ask, const struct loaded *l,
                   const struct job *job);

// What the work had to remark, lines: below an error, else in a header, quoted as in a URL.
void answer_add_notes(struct answer *a, struct span notes);

// Packs a large body with gzip, unless it is packed already.
void answer_pack(struct answer *a);

void answer_error(struct answer *a, unsigned status, const char *text);
void answer_page(struct answer *a, const struct web_facts *facts, unsigned status,
                 const char *error);

#endif
