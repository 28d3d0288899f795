// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELL_H
#define CPROF_CLI_SHELL_H

#include "app/serve.h"
#include "cli/args.h"

// The interactive shell: one profile, and a config that lines of input change and reports use.
struct shell {
    struct job job; // of the line at hand
    const struct loaded *loaded;
    struct config config;
    char **paths; // of the profile; owned
    size_t n_paths;
    const struct server_ops *server_ops; // NULL: there is none
    struct server *server;               // of the command web, or NULL
    bool terminal;                       // a person types the lines
    unsigned generation; // counts the profiles that were loaded, for whoever caches what is in them
};

// Loads the profile that the arguments name and obeys lines from standard input until it ends.
// Nonzero where the profile cannot be loaded.
int shell_main(const struct args *args, const struct server_ops *server);

// The parts. 0, or -1 with *err filled and nothing to release.
int shell_init(struct shell *sh, const struct args *args, struct err *err);
void shell_release(struct shell *sh);

// Obeys one line; what goes wrong is told on standard error. False when the line ends the session.
bool shell_line(struct shell *sh, struct span line);

// Loads other files, or the same again where paths is NULL, and the base that the config names. On
// failure everything stays as it was.
int shell_load(struct shell *sh, char *const *paths, size_t n, struct err *err);

#endif
