// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_WATCH_H
#define CPROF_CLI_WATCH_H

#include "app/app.h"

// A report that is made again and again of what its files or services have to say at the moment:
// in a terminal as a picture that is redrawn in place, with what changed; elsewhere one report
// below the other, with the time on top.

struct watch {
    char *const *paths;
    size_t n_paths;
    char *const *places; // what to call them, where that is not by their paths; or NULL
    size_t n_places;
    const struct config *config; // its option watch is how often
    const struct command_def *command;
    const char *regex; // where the command wants one
    bool in_shell;     // ^C leaves the picture and not the program
};

// What of the profiles the report needs: of enum app_keep.
unsigned watch_keep(const struct watch *w);

// Whether the config's sources can be read again and again. -1 with *err filled where not.
int watch_check(const struct watch *w, struct err *err);

// Runs until the user leaves, a signal ends it or whoever reads the reports has gone. In a terminal
// that is left as it was found. The exit status: the first reading may fail, and gates may fire.
int watch_run(const struct watch *w);

#endif
