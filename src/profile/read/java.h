// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_JAVA_H
#define CPROF_PROFILE_READ_JAVA_H

#include "profile/read/legacy.h"

// Reads all lines that are left as the names of a Java profile's addresses, which then go:
//
//     0x0000006 com.example.function06 (source.java:06)
//
// A line that has another form does not count. 0, or -1 with the reading's err filled.
int java_read_names(struct legacy *l);

#endif
