// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_READS_H
#define CPROF_APP_READS_H

#include "base/job.h"
#include "profile/read/reader.h"

// Profiles that are read on several threads, a few ahead of whoever takes them in their order.
struct reads {
    size_t n; // at most

    // Called before each, on the caller's thread: 1, 0 where there are no more, or -1 with *err
    // filled. NULL: there are n. Of what it makes ready, PIPELINE_SLOTS_MAX in a row are needed.
    int (*next)(void *context, size_t index, struct err *err);

    // How one of them is read: 0, or -1 with *err filled and nothing to release. On any thread;
    // *sizes is for the reader (struct read_options).
    int (*read)(void *context, size_t index, struct table_sizes *sizes, struct profile *out,
                struct err *err);

    // Whether one of them may be read ahead, because that takes little memory and ends soon.
    bool (*may_read_ahead)(void *context, size_t index);

    // Takes one in turn, on the caller's thread; it is released afterwards. NULL: it could not be
    // read, *err says why. -1 with *err filled ends all.
    int (*take)(void *context, size_t index, struct profile *p, struct err *err);

    void *context;
};

// 0, or -1 with *err filled, also where the job is stopped.
int reads_run(const struct reads *reads, const struct job *job, struct err *err);

#endif
