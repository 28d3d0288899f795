// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SINK_SINK_H
#define CPROF_SINK_SINK_H

#include "base/buf.h"
#include "base/err.h"
#include "base/job.h"

// Where a report goes. Writing never fails on the spot: the first error stays and is told at the
// end, by sink_finish. A reader that has gone (a closed pipe) is not an error: what follows is
// dropped. What is interrupted is not an error either, but for a file, which then stays as it was.
struct sink;

// Standard output, or another descriptor, which stays the caller's.
struct sink *sink_to_fd(int fd);

// Standard output, by way of a pager where there are more lines than fit the screen. The pager's
// command line is the user's own, for the shell.
struct sink *sink_to_pager(const char *pager, unsigned screen_lines);

// Another program's standard input: a command line for the shell. NULL with *err filled.
struct sink *sink_to_command(const char *command, struct err *err);

// A file that gets its name when all of it is written: until then, and after an error, what was
// there before stays. A device or a pipe is written to as it is. NULL with *err filled.
struct sink *sink_to_file(const char *path, struct err *err);

// Such a file is on its disk, by its name, before sink_finish returns.
void sink_set_durable(struct sink *s);

// The same for a name that no file has: it is taken at once, so that nobody else gets it, and given
// back after an error. NULL with *err filled; *exists tells whether a file has the name already.
struct sink *sink_to_new_file(const char *path, bool *exists, struct err *err);

// The first of the names prefix001suffix, prefix002suffix, … that no file has; path gets it.
struct sink *sink_to_numbered_file(const char *prefix, const char *suffix, struct buf *path,
                                   struct err *err);

// The buffer gets the bytes.
struct sink *sink_to_buf(struct buf *buf);

// What a person at a terminal reads is not what a program reads.
struct sink_style {
    bool visible;     // names have nothing in them that a terminal would obey
    bool color;       // numbers and names are coloured
    unsigned columns; // names are shortened to fit; 0: as long as they are
};

// Whoever writes for a job names it: a sink takes nothing more once its job is stopped.
void sink_set_job(struct sink *s, const struct job *job);
const struct job *sink_job(const struct sink *s);

void sink_set_style(struct sink *s, struct sink_style style);
const struct sink_style *sink_style(const struct sink *s);

// From here to sink_end_gzip all bytes are written as one gzip stream (RFC 1952) without a name and
// a time, so that the same bytes give the same file.
void sink_begin_gzip(struct sink *s);
void sink_end_gzip(struct sink *s);

void sink_write(struct sink *s, struct span bytes);
void sink_putc(struct sink *s, char c);
void sink_fill(struct sink *s, char c, size_t times);
void sink_printf(struct sink *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Writes what is left, gives the file its name and frees the sink. 0, or -1 with *err filled.
int sink_finish(struct sink *s, struct err *err);

// Whether a write has failed, or the reader has gone: nothing more is taken.
bool sink_is_shut(const struct sink *s);

// Frees the sink and leaves no trace of it.
void sink_abort(struct sink *s);

#endif
