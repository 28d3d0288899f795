// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_ESCAPE_H
#define CPROF_BASE_ESCAPE_H

#include <stdint.h>

#include "base/buf.h"

// Text from outside, such as a profile's names, made harmless for whoever reads it: a terminal
// obeys control characters, a line may look other than it is, and a program may take part of a name
// for the end of it.

struct escape_rules {
    const char *kept;   // control characters that stay
    const char *struck; // ASCII characters that get a backslash
    bool bytes;         // what is not UTF-8 is written out, "\xff"; else it becomes U+FFFD
    bool controls;      // control characters are written out, "\x1b"; else they, and what no XML
                        // may have, become U+FFFD
    bool layout;        // and so is what turns or hides text, "\u202e"; else it stays
};

// For a terminal, for messages on it, and for a file that may end up on one.
extern const struct escape_rules escape_terminal, escape_message, escape_file;

void escape_add(struct buf *out, struct span text, const struct escape_rules *rules);

// Whether all of it is printable ASCII, of which rules without `struck` change nothing.
bool escape_is_plain(struct span text);

// All of C0, DEL and C1.
bool escape_is_control(uint32_t point);

// What ends a line, turns its direction or is not seen: Unicode's general categories Zl, Zp and Cf,
// but for the joiners, which scripts need, and marks that are seen.
bool escape_is_layout(uint32_t point);

#endif
