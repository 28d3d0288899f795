// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_BUNDLE_H
#define CPROF_APP_BUNDLE_H

#include "base/buf.h"
#include "base/job.h"
#include "base/stream.h"
#include "input/fetch.h"

// Several profiles in one stream, which is read once and never whole:
//
//     cat:PLACE  profiles in protobuf form one after the other, as cat makes them, compressed each
//     for
//                itself, together or not at all
//     tar:PLACE  the regular files of an archive, each a profile in any form
struct bundle;

// Whether a list of files is such a stream; its place, or NULL.
const char *bundle_place(const char *list);

// NULL with *err filled: the message does not name the list.
struct bundle *bundle_open(const char *list, struct fetcher *fetcher, const struct job *job,
                           struct err *err);
void bundle_close(struct bundle *b);

// The same over a stream of the caller's, which messages call place.
struct bundle *bundle_over(struct stream *in, bool tar, const char *place, const struct job *job);

// Puts the next profile's bytes and a name for messages in the place of what is there. 1, 0 where
// there is none, or -1 with *err filled.
//
// A protobuf has no end of its own: where profiles follow one another, a new one begins where the
// fields of one begin again (the first one, sample types, a string table, or what stands once) and
// what came before is a whole profile.
int bundle_next(struct bundle *b, struct buf *bytes, struct buf *name, struct err *err);

#endif
