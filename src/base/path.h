// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_PATH_H
#define CPROF_BASE_PATH_H

#include "base/arena.h"

// File names by their text alone, with the results of Go's path/filepath on Unix.

// Whether a path begins with a drive of Windows, "C:\" or "C:/"; and whether it looks like one of
// Windows' at all: that, or "\\server", or backslashes alone. Of such paths "\" separates the
// parts, too, in all of the functions below.
bool path_has_drive(struct span path);
bool path_is_foreign(struct span path);

// Such a path with "/" instead, in the arena; another as it is.
struct span path_with_slashes(struct arena *a, struct span path);

// The shortest equal path: no "//", "." or inner "..". The text itself where it is clean already,
// else a copy in the arena. "" gives ".".
struct span path_clean(struct arena *a, struct span path);

// The last element; "." for "" and "/" for "/".
struct span path_base(struct span path);

// What remains of a source file's name without the prefixes that only its build machine had: one
// of trim_path's (a list separated by ":") or /proc/self/cwd; where trim_path is "", everything up
// to a directory named like one of search_path's.
// Rule: trimPath of google/pprof's internal/report/source.go.
struct span path_trim(struct span path, struct span trim_path, struct span search_path);

// Takes the next element of a list separated by ":" off *list; false at the end. The colon of a
// drive separates nothing. A list whose at is NULL has no elements.
bool path_list_next(struct span *list, struct span *element);

#endif
