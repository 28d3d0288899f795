// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_VERDICT_H
#define CPROF_INPUT_VERDICT_H

#include "base/err.h"
#include "base/span.h"

// What an HTTP server's answer means, told in one line that says what to do. No network here.

enum { VERDICT_HEAD = 4096 }; // so much of a body is judged

struct answer {
    long status;
    struct span status_line;  // "HTTP/1.1 404 Not Found", or ""
    struct span content_type; // or ""
    struct span head;         // the first bytes of the body, at most VERDICT_HEAD
};

// Whether the answer sends on to another URL, where it names one.
bool verdict_is_redirect(long status);

// 0 where the body may be a profile. -1 with *err filled where the status says no, or the body is a
// page for people.
int verdict_on(const struct answer *a, struct err *err);

#endif
