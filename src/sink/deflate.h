// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SINK_DEFLATE_H
#define CPROF_SINK_DEFLATE_H

#include "base/job.h"
#include "base/span.h"

// Makes one gzip stream and hands it on piece by piece.
struct deflater;

struct deflater *deflater_new(void (*put)(void *context, struct span bytes), void *context,
                              const struct job *job);
void deflater_write(struct deflater *d, struct span bytes);

// Ends the stream and frees the deflater.
void deflater_finish(struct deflater *d);
void deflater_abort(struct deflater *d);

#endif
