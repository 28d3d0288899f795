// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_COMMANDS_H
#define CPROF_APP_COMMANDS_H

#include "app/config.h"
#include "base/err.h"
#include "base/span.h"
#include "format/formats.h"
#include "report/reports.h"

struct loaded;

enum command_argument {
    ARGUMENT_NONE,
    ARGUMENT_REGEX, // which functions it is about
};

// The one table of what to write: a report, and perhaps the format in which alone it is written.
// Each is a flag of the command line and a command of the shell.
struct command_def {
    const char *name;
    enum report_kind report;
    const char *format; // NULL: the option format chooses
    bool has_tables;    // and that may choose a table in its place
    enum command_argument argument;
    // Writes it in place of a report and a format's emit; or NULL. 0, or -1 with *err filled.
    int (*run)(const struct loaded *l, const struct config *config, const struct job *job,
               struct sink *out, struct err *err);
    const char *const *viewers; // programs to show the result, the first that starts; NULL ends
    bool page;                  // in the shell the server's page shows it, where there is a server
    const char *summary;        // one line
    const char *detail;         // more, or NULL
};

// Sorted by name; ended by one whose name is NULL.
extern const struct command_def command_defs[];

const struct command_def *command_find(struct span name);

// How a command is written, and what that asks of the numbers. The command may be NULL: of no
// report.
const struct format *command_format(const struct command_def *command, const struct config *config);
struct wants command_wants(const struct command_def *command, const struct config *config);

// Whether it starts other programs, and whether what it writes is not for a terminal.
bool command_runs_programs(const struct command_def *command);
bool command_is_binary(const struct command_def *command);

// Whether the report has the format that the option asks for. -1 with *err filled where not.
int command_check_format(const struct command_def *command, const struct config *config,
                         struct err *err);

#endif
