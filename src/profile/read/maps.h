// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_MAPS_H
#define CPROF_PROFILE_READ_MAPS_H

#include "profile/builder.h"
#include "profile/read/lines.h"

// Reads all lines that are left as a memory map and adds its executable parts as mappings:
//
//     START-LIMIT PERMISSIONS OFFSET DEVICE INODE FILE     as Linux has it in /proc/PID/maps
//     START-LIMIT: FILE (@OFFSET) BUILD_ID                 other tools; most of it may be missing
//
// NAME=VALUE replaces $NAME in the lines below it, the prefix of a log line (FILE:LINE] ) is cut
// off, and other lines do not count. Then parts of one mapping become one and the program is made
// the first.
int maps_read(struct builder *b, struct lines *lines, struct err *err);

// Numbers locations anew by the order in which samples have them, leaves out those that none has,
// and finds the mapping of each address. Where there is none they get one without a name.
int maps_assign(struct builder *b, struct err *err);

#endif
