// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_COMPLETE_H
#define CPROF_CLI_COMPLETE_H

#include "base/vec.h"
#include "cli/shell.h"

// What could stand where the user pressed Tab.
struct completion {
    size_t start;             // of the word in the line
    VEC(struct span) choices; // whole words, the heaviest or the first by name first
    struct span common;       // what all of them begin with
    const char *after;        // what follows a complete word: " ", "=" or ""
};

// Names of functions, kept while the profile stays.
struct completer {
    struct shell *shell;
    struct arena names_arena;
    struct app_functions names;
    unsigned generation; // of the profile that the names are of
};

void completer_release(struct completer *c);

// The line ends where the cursor is. Memory is the arena's.
struct completion complete(struct completer *c, struct span line, struct arena *arena);

#endif
