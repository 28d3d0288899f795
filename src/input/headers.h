// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_HEADERS_H
#define CPROF_INPUT_HEADERS_H

#include "base/buf.h"
#include "base/err.h"
#include "base/job.h"

// Adds the headers of requests that an option names, a line each: "Name: value", or "@FILE" for
// those that a file has. -1 with *err filled, in which no value stands.
int headers_read(const char *lines, struct buf *out, const struct job *job, struct err *err);

#endif
