// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_SOURCE_H
#define CPROF_INPUT_SOURCE_H

#include "base/buf.h"
#include "base/job.h"
#include "base/stream.h"
#include "input/fetch.h"
#include "input/inflater.h"

// Bytes from a place: a file, standard input or a URL, inflated where they are gzip (RFC 1952;
// several members in a row are one stream). The content decides, not the name.
struct source;

// What is to be known of a place before it is read.
enum {
    SOURCE_ONCE = 1,   // cannot be read again
    SOURCE_STALLS = 2, // may have nothing to read for long
    SOURCE_REMOTE = 4, // has to be fetched, and may be gone afterwards
    SOURCE_LARGE = 8,  // not to be in memory several at a time
};

// A kind of places. The first of the table that claims a place has it.
struct source_kind {
    const char *name;
    bool (*claims)(const char *place);
    unsigned (*flags)(const char *place);
    struct stream *(*open)(const char *place, struct fetcher *fetcher, const struct job *job,
                           struct err *err);
    void (*close)(struct stream *s);
    void (*show)(const char *place, struct buf *out); // NULL: as it is
};

extern const struct source_kind source_stdin, source_http, source_file;

const struct source_kind *source_kind_of(const char *place);

static inline unsigned source_flags(const char *place)
{
    return source_kind_of(place)->flags(place);
}

// The same as the flag, but without a look at a file.
static inline bool source_is_remote(const char *place)
{
    return source_kind_of(place) == &source_http;
}

// Adds a place as messages call it: "standard input", or a URL without the secrets in it.
void source_show(const char *place, struct buf *out);

// Puts "cannot read 'place'" in front of a message.
int source_blame(const char *place, struct err *err);

// A URL needs a fetcher. NULL with *err filled: the message does not name the place. What is read
// ends with an error when the job is stopped.
struct source *source_open(const char *place, struct fetcher *fetcher, const struct job *job,
                           struct err *err);
void source_close(struct source *s);
struct stream *source_stream(struct source *s);

// Appends all that a place has that is not fetched, which may be at most max bytes, a number of
// whole MiB. 0, or -1 with *err filled: the message does not name the place.
int source_read_all(const char *place, size_t max, struct buf *out, const struct job *job,
                    struct err *err);

// Whether a regular file is an executable or a library (ELF).
bool source_is_program(const char *path);

// The parts: a stream of an open descriptor, which stays the caller's, and an inflater on top of
// another stream. Both are freed by their _free.
struct stream *file_stream_new(int fd, const struct job *job);
void file_stream_free(struct stream *r);

// What comes out may be at most 16 MiB and a hundred times what went in: an archive built to
// exhaust memory is refused, and no real profile comes near.
struct stream *inflate_stream_new(struct stream *in, const struct inflater *preferred);
void inflate_stream_free(struct stream *r);

// And at most so many bytes; 0: any number.
void inflate_stream_limit(struct stream *r, uint64_t max);

// Says that a profile is larger than that; -1.
int inflate_too_much(uint64_t most, struct err *err);

#endif
