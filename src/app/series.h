// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_SERIES_H
#define CPROF_APP_SERIES_H

#include "base/err.h"
#include "base/job.h"
#include "input/filelist.h"

// The files of a series, as the command line names them: folders and patterns stand for the files
// in them. Of a folder in which there are series of several kinds, as -collect makes it of several
// URLs, one is taken, a heap's first, and a note tells which.

enum { SERIES_LEAST = 3 }; // fewer tell nothing

// The time in a file's name, in nanoseconds since 1970; 0: there is none.
int64_t series_time(const char *path);

// -1 with *err saying that so many are too few.
int series_too_short(const char *command, size_t n, struct err *err);

// Appends the series of goroutines that a folder has beside another one; none where it has none.
int series_beside(name_list *names, char *const *paths, size_t n, struct arena *arena,
                  struct err *err);

// Appends to names. 0, or -1 with *err filled.
int series_names(name_list *names, char *const *paths, size_t n, struct arena *arena,
                 const struct job *job, struct err *err);

#endif
