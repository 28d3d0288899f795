// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_FOREIGN_H
#define CPROF_PROFILE_READ_FOREIGN_H

#include "profile/read/reader.h"

// Files that are not profiles, but are given for one now and then.

enum { FOREIGN_PROBE_SIZE = 1024 };

// Where the bytes are such a file, true with *err filled: what it looks like and what to do.
bool foreign_tell(const struct head *head, struct err *err);

#endif
