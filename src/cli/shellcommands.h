// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_SHELLCOMMANDS_H
#define CPROF_CLI_SHELLCOMMANDS_H

#include "app/options.h"
#include "cli/shell.h"
#include "cli/shellwords.h"

// The one table of what the session itself can do, beside reports and options.

struct shell_line {
    struct span text; // all of it
    const word_list *words;
    struct arena *arena;
};

struct shell_command {
    const char *name, *argument, *summary;
    enum option_complete complete; // what its arguments could be
    int (*run)(struct shell *sh, const struct shell_line *line, struct err *err);
};

// Ended by one whose name is NULL.
extern const struct shell_command shell_commands[];

const struct shell_command *shell_command_find(struct span name);

#endif
