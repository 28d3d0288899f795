// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_OUTPUT_H
#define CPROF_CLI_OUTPUT_H

#include "app/app.h"

// Where one report goes.
struct output {
    const char *command; // the shell's command line that reads it, or NULL
    bool paged;          // a long one goes to the pager
    bool waits;          // the pager stays even where there is little to read
    bool interactive;    // pictures and profiles never go to standard output
};

// Runs a request and brings the report to the file that the config names, to a command, to the
// pager or to standard output; pictures and profiles do not go to a terminal, nor to the shell's
// standard output, but to a new file of the current directory, whose name is noted. 0, or -1 with
// *err filled. A report that is interrupted is dropped.
int output_report(const struct loaded *l, const struct request *request,
                  const struct output *output, struct outcome *outcome, struct err *err);

// A text for a person: by way of the pager where it is longer than the terminal, unless the config
// says never; as it is where standard output is not a terminal. -1 with *err filled.
int output_page(struct span text, const struct config *config, struct err *err);

// One line on standard error, with nothing in it that a terminal would obey.
void output_message(const char *prefix, const char *text);

// A job's remark, on a line of its own.
void output_note(void *context, const char *line);

// Whether standard output is in colour by the config and the environment.
bool output_colored(const struct config *config);

// How wide names may be in a terminal of so many columns; 0: as wide as they are.
unsigned output_columns(const struct config *config, unsigned columns);

// How wide and high the terminal is that standard output goes to; 0 where it is none.
void output_screen(unsigned *columns, unsigned *lines);

#endif
