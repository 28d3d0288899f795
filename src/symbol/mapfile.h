// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_SYMBOL_MAPFILE_H
#define CPROF_SYMBOL_MAPFILE_H

#include "base/err.h"
#include "base/span.h"

// Maps a regular file that is not empty, never a device or a pipe, to be read. 0, or -1 with *err
// filled: the message does not name the path.
int map_file(const char *path, struct span *bytes, struct err *err);
void unmap_file(struct span bytes);

#endif
