// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_AHEAD_H
#define CPROF_INPUT_AHEAD_H

#include "base/stream.h"

// Reads another stream on a thread of its own, some hundred KiB ahead, so that inflating and
// decoding happen at once. The thread starts only when a stream turns out to be long. While it
// runs the other stream is its own, and freeing waits for it: a stream that can stall, such as a
// pipe, is not to be read so.
struct stream *ahead_stream_new(struct stream *in);
void ahead_stream_free(struct stream *r);

#endif
