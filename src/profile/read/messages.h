// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_MESSAGES_H
#define CPROF_PROFILE_READ_MESSAGES_H

#include "profile/read/columns.h"
#include "profile/read/wire.h"

// The messages that a profile has in great numbers, read by hand. What they hold and which bytes
// are a fault is as protobuf-c has it; only that is_folded has to be a varint, as in google/pprof.

// Each appends one entry to the columns and uses the message up. 0, or -1 with *err filled.
int message_sample(struct columns *c, struct wire *w, struct err *err);
int message_location(struct columns *c, struct wire *w, struct err *err);
int message_function(struct columns *c, struct wire *w, struct err *err);

// The indices of strings are checked when all strings are there; until then they are kept as they
// came, and what cannot be an index becomes this.
#define NO_STRING UINT32_MAX

str_id message_string(int64_t index);

int message_malformed(struct err *err, const char *what);

#define MESSAGE_COUNT_MAX 0xe0000000u

// An error where a column that has so many entries has no indices left for so many more.
static inline int message_room(size_t have, size_t more, struct err *err)
{
    bool room = have <= MESSAGE_COUNT_MAX && more <= MESSAGE_COUNT_MAX - have;
    return room ? 0 : message_malformed(err, "too many entries");
}

#endif
