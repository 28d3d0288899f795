// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_SAVES_H
#define CPROF_APP_SAVES_H

#include "base/buf.h"
#include "base/job.h"
#include "profile/profile.h"

// Copies of what was fetched, for later: the service may be gone by then.

// Writes the profile to a new file of the first folder that can be made of $PPROF_TMPDIR, ~/pprof,
// $TMPDIR or /tmp, and notes its name, or why it cannot be saved. The name is made of the first
// mapping's file and the sample types, as by google/pprof's internal/driver/fetch.go.
void saves_keep(const struct profile *p, const struct job *job);

// Makes a folder and those above it. -1 with errno set where it cannot be made or written to.
int saves_make_folders(struct buf *path);

// Adds a text as a part of a file's name: with no slash, no control character and no dot in front.
void saves_add_name(struct buf *out, struct span text);

#endif
