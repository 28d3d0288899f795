// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_READS_H
#define CPROF_APP_READS_H

#include "base/job.h"
#include "profile/profile.h"

// Profiles that are read on several threads, a few ahead of whoever takes them.
struct reads;

// How one of them is read: 0, or -1 with *err filled and nothing to release. Called on any thread.
typedef int (*read_fn)(void *context, size_t index, struct profile *out, struct err *err);

// Whether one of them may be read ahead, because that takes little memory and ends soon.
typedef bool (*read_ahead_fn)(void *context, size_t index);

struct reads *reads_new(size_t n, read_fn read, read_ahead_fn may_read_ahead, void *context,
                        const struct job *job);

// The next one, in order: 0, or -1 with *err filled and nothing to release.
int reads_next(struct reads *r, struct profile *out, struct err *err);

// Waits for what is being read and drops what was not taken.
void reads_free(struct reads *r);

#endif
