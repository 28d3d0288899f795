// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_TESTS_UNIT_SUPPORT_H
#define CPROF_TESTS_UNIT_SUPPORT_H

#include "base/buf.h"
#include "base/stream.h"

// A stream of bytes in memory that hands out at most `step` of them beyond what is asked for, each
// time in a new block of just that size, so that AddressSanitizer sees both a read past the window
// and a pointer that outlives it.
struct memory_stream {
    struct stream base;
    struct span rest; // what was not handed out yet
    size_t step;
    const char *fault; // the error to report once the rest is used up; NULL: a clean end
    unsigned char *window;
};

void memory_stream_init(struct memory_stream *m, struct span bytes, size_t step);
void memory_stream_release(struct memory_stream *m);

// Reads to the end, a few bytes at a time. 0, or -1 with *err filled.
int read_all(struct stream *r, struct buf *out, struct err *err);

// A directory that is removed with all files in it.
struct temp_dir {
    char path[64];
};

void temp_dir_init(struct temp_dir *dir);
void temp_dir_release(struct temp_dir *dir);
size_t temp_dir_count(const struct temp_dir *dir); // its entries

// The path of a file in it, in a buffer that the next call but three uses again.
const char *temp_path(const struct temp_dir *dir, const char *name);

void file_put(const char *path, struct span content);
void file_get(const char *path, struct buf *content); // replaces what is in the buffer

#endif
