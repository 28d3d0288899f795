// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_ARGS_H
#define CPROF_CLI_ARGS_H

#include "app/app.h"

// What a command line asks for.
struct args {
    struct config config;
    const struct command_def *command; // NULL: none was named
    const char *regex;
    char **paths; // into argv; owned
    size_t n_paths;
    bool alive; // the flame graph obeys keys
    bool help, version;
    const char *about; // what help is wanted on: a flag's name; or NULL
};

// Flags have one dash or two and may stand anywhere before "--"; a value follows "=" or as
// the next argument; a flag that is true or false needs none. 0, or -1 with *err filled; *args is
// to be released either way.
int args_parse(struct args *args, int argc, char **argv, struct err *err);
void args_release(struct args *args);

#endif
