// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELL_H
#define CPROF_CLI_SHELL_H

#include "app/options.h"
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
    bool ended;                          // by its user
    bool failed;                         // a line could not be obeyed
    bool refused[OPTIONS_MAX];           // filters, by their row: what was to be set could not be
    unsigned generation; // counts the profiles that were loaded, for whoever caches what is in them
};

// Loads the profile that the arguments name and obeys lines from standard input until it ends.
// Nonzero where the profile cannot be loaded, or a line fails and stop_on_error is set.
int shell_main(const struct args *args, const struct server_ops *server);

// The parts. 0, or -1 with *err filled and nothing to release.
int shell_init(struct shell *sh, const struct args *args, struct err *err);
void shell_release(struct shell *sh);

// Obeys one line; what goes wrong is told on standard error. False when the line ends the session.
bool shell_line(struct shell *sh, struct span line);

// Sets an option from a text that fits it; of one that does not, that is told.
void shell_set(struct shell *sh, const char *name, struct span value);

// Loads other files, or the same again where paths is NULL, and the base that the config names. On
// failure everything stays as it was.
int shell_load(struct shell *sh, char *const *paths, size_t n, struct err *err);

#endif
