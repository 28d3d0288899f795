// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_READ_GOHEAD_H
#define CPROF_PROFILE_READ_GOHEAD_H

#include <stdint.h>

#include "base/span.h"

// The line that a goroutine's stack begins with, as Go 1.19 to 1.27 write it, perhaps after what a
// log puts before each line:
//
//     goroutine 18 [chan receive, 5 minutes, locked to thread]:
//     goroutine 1 gp=0xc000002380 m=0 mp=0x56a5c0 [running]:
//     goroutine 7 [select (durable), synctest bubble 3] {tenant: "acme 1", job: ingest}:
struct gohead {
    struct span prefix; // of the log
    uint64_t id;
    struct span state; // "chan receive", with no remarks of the moment: (scan), (durable), (leaked)
    int64_t minutes;   // 0: less than one
    bool locked, leaked;
    struct span labels; // from the brace on, or ""
};

bool gohead_parse(struct span line, struct gohead *h);

// Takes off what is before the text of another line of the same log. False where it is not there:
// the line is another's, or has no prefix of its own.
bool gohead_cut_prefix(struct span prefix, struct span *line);

#endif
