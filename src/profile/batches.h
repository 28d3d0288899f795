// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_BATCHES_H
#define CPROF_PROFILE_BATCHES_H

#include "profile/messages.h"

// Decodes samples on several threads, some hundreds at a time, into the same columns that
// message_sample would give one after the other.
struct batches;

// NULL where there is but one thread to be used.
struct batches *batches_new(struct columns *into);

// Takes a copy of one message. 0, or -1 with *err filled, as are the faults of samples before.
int batches_add(struct batches *b, struct wire sample, struct err *err);

// Waits for all samples: then all are in the columns, or -1 with *err the fault of the first that
// is none, unless that was told before.
int batches_finish(struct batches *b, struct err *err);

void batches_free(struct batches *b);

#endif
