// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_FILELIST_H
#define CPROF_INPUT_FILELIST_H

#include "base/err.h"
#include "base/job.h"
#include "base/vec.h"

typedef VEC(char *) name_list;

// Appends the file names that a list has, one per line, or each with a zero byte after it where
// there is any; empty ones do not count. The path "-" is standard input. All memory is the arena's.
// 0, or -1 with *err filled: the message does not name the list.
int filelist_read(name_list *names, const char *path, struct arena *arena, const struct job *job,
                  struct err *err);

// Splits names that commas separate, unless there is a file whose name has the commas in it.
name_list filelist_split(struct arena *arena, const char *names);

// Appends the files that a name stands for: of a folder those in it that are not hidden, of a
// pattern with * ? or [ that is not a file those that match, each in the order of their names; else
// itself. 0, or -1 with *err filled.
int filelist_expand(name_list *names, const char *name, struct arena *arena, struct err *err);

#endif
