// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_SOURCE_H
#define CPROF_INPUT_SOURCE_H

#include "base/buf.h"
#include "base/job.h"
#include "base/stream.h"
#include "input/inflater.h"

// Bytes from a file or standard input, inflated where they are gzip (RFC 1952; several members in
// a row are one stream). The content decides, not the name.
struct source;

// The path "-" is standard input. NULL with *err filled: the message does not name the path.
struct source *source_open(const char *path, const struct job *job, struct err *err);
void source_close(struct source *s);
struct stream *source_stream(struct source *s);

// Appends all that a source has, which may be at most max bytes, a number of whole MiB. 0, or -1
// with *err filled: the message does not name the path.
int source_read_all(const char *path, size_t max, struct buf *out, const struct job *job,
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

#endif
