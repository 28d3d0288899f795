// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_READER_H
#define CPROF_PROFILE_READ_READER_H

#include "base/stream.h"
#include "profile/profile.h"

// The kinds of profiles there are: a row of the table in reader.c and a file each. What a file
// holds is told by its first bytes, never by its name.

struct job;

// What becomes of the function that started a goroutine.
enum created_by {
    CREATED_BY_ROOT,  // the outermost frame, "created by F"
    CREATED_BY_LABEL, // the label "created by"
    CREATED_BY_DROP,
};

// How many entries the tables of a file have.
struct table_sizes {
    size_t strings, samples, values, frames, locations, lines, functions;
};

struct read_options {
    // Texts of Go programs tell the names of functions, their lines and the labels of goroutines in
    // comments. google/pprof does not read these, nor is it done for -symbolize=none.
    bool comments;
    int created_by; // enum created_by
    // Of a file that this one may be like, or all 0, and then of this one: where many are read, no
    // table has to grow. NULL: nobody knows nor asks.
    struct table_sizes *sizes;
    // The sample type that alone will be looked at, as profile_sample_index has it, so that values
    // of others may be left out. NULL: all of them.
    const char *only_type;
};

// What a reader reads from.
struct reading {
    struct stream *in; // at its beginning
    const struct read_options *options;
    const struct job *job;
    struct err *err;
};

// The first bytes of a file.
struct head {
    struct span bytes;
    bool whole; // there are no others
};

struct reader {
    const char *name;    // "heap"
    const char *summary; // one line, for documents
    size_t probe_size;   // how many bytes probe wants to see, if there are so many

    // How sure it is that this is for it to read: 0, not at all, to 100.
    unsigned (*probe)(const struct head *head);

    // Fills *out, which profile_init made. 0, or -1 with the reading's err filled.
    int (*read)(struct profile *out, const struct reading *r);
};

// What a probe says that has seen the name of its format, or has seen it hold to the last byte.
enum { PROBE_CERTAIN = 95 };

// The readers in the order of their names, NULL last.
extern const struct reader *const readers[];

// The surest of the table reads. 0, or -1 with *err filled, which says what kind of file it is
// where it is not a profile; *out, which profile_init made, is to be released either way.
int profile_read(struct profile *out, struct stream *in, const struct read_options *options,
                 const struct job *job, struct err *err);

// Which of the table would read the stream, or NULL; the stream stays where it is. NULL with *err
// filled where it cannot be read at all.
const struct reader *profile_reader(struct stream *in, struct err *err);

extern const struct reader reader_contention, reader_cpu, reader_folded, reader_gocount,
    reader_godump, reader_heap, reader_java, reader_jemalloc, reader_perf, reader_proto,
    reader_thread, reader_v8;

#endif
