// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_FOLDER_H
#define CPROF_APP_FOLDER_H

#include "input/filelist.h"

// Appends the profiles that a place stands for: of a folder those of its files whose names say that
// they are some, or else all of them, in the order of their names, and with newest but so many of
// those that were changed last; of another place itself. Memory is the arena's. 0, or -1 with *err
// filled.
int folder_profiles(name_list *names, const char *place, int64_t newest, struct arena *arena,
                    struct err *err);

#endif
