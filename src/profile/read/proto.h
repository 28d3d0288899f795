// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_PROTO_H
#define CPROF_PROFILE_READ_PROTO_H

#include "base/job.h"
#include "base/stream.h"
#include "profile/profile.h"
#include "profile/read/reader.h"

// Reads a protobuf profile (proto/profile.proto) to the end of the stream into *out, which
// profile_init made. Every index that comes out is valid: what refers to nothing, a zero or
// repeated id, a sample with the wrong number of values is an error, as it is in google/pprof.
// Where only one sample type is asked for, by name or number, values of the others may be left out:
// see struct profile. NULL: all are read. 0, or -1 with *err filled; *out is to be released either
// way.
int profile_decode(struct profile *out, struct stream *in, const char *only, const struct job *job,
                   struct err *err);

#endif
