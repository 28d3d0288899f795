// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_INPUT_SRCFILE_H
#define CPROF_INPUT_SRCFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/text.h"

// Finds and reads the source files that a profile names, as they were called where it was built.
//
// A file is looked for under its name as it is, if that is absolute; else in each directory of the
// search path and all of their parents. Failing that, where Go keeps its sources: GOROOT, the
// module cache (GOMODCACHE, GOPATH/pkg/mod), GOPATH/src, and from the search path upwards a vendor
// folder and the module whose go.mod names a prefix of the file's name.
struct srcfiles;

// The lists are separated by ":"; an empty search path is the current directory. Memory is the
// arena's.
struct srcfiles *srcfiles_new(struct arena *arena, struct span search_path, struct span trim_path);

// From now on only files are read that lie, symbolic links resolved, below a directory of the
// search path, GOROOT, the module cache or GOPATH/src; below the current directory only where it is
// neither the root nor the home folder. A profile's word alone opens nothing then.
void srcfiles_fence(struct srcfiles *s);

void srcfiles_release(struct srcfiles *s);

// What the names of source files in the current directory may begin with where a program of them
// was built: the directory, and the module of its go.mod, separated by ":".
struct span srcfiles_here(struct arena *arena);

// NULL with *err filled where it is not found, is not a regular file, is larger than 16 MiB or is
// not a text. A file is read once.
const struct text_file *srcfiles_find(struct srcfiles *s, struct span name, struct err *err);

// Where files were looked for, in words, once there is something to say: NULL when all were found.
const char *srcfiles_searched(const struct srcfiles *s);

#endif
