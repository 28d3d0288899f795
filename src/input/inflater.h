// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_INFLATER_H
#define CPROF_INPUT_INFLATER_H

#include <stddef.h>

#include "base/err.h"

// The bytes at hand of one step of inflating; both sides are advanced by it.
struct inflation {
    const unsigned char *in;
    size_t n_in;
    unsigned char *out;
    size_t n_out;
};

enum { INFLATER_GOES_ON, INFLATER_MEMBER_END };

// A library that inflates gzip members (RFC 1952) or zstd frames (RFC 8878), their headers and
// trailers checked.
struct inflater {
    const char *format; // "gzip"

    void *(*begin)(void); // NULL where memory is short
    void (*end)(void *state);

    // One of the above, or -1 with *err filled. Takes and gives what it can, at most 1 GiB each.
    int (*step)(void *state, struct inflation *bytes, struct err *err);

    // To be called at the end of a member that another follows.
    void (*next_member)(void *state);
};

extern const struct inflater inflater_zlib;

// These are NULL where the library cannot be loaded, or was left out of the build. ISA-L inflates
// gzip twice as fast as zlib.
const struct inflater *inflater_isal(void);
const struct inflater *inflater_zstd(void);

// The better one of those of gzip.
const struct inflater *inflater_best(void);

// One that inflates what begins with the bytes, of which the first four are needed: zlib where it
// is gzip. NULL: it is bare, or nothing here inflates it.
const struct inflater *inflater_for(const unsigned char *at, size_t n);

#endif
