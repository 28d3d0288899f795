// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_COMMANDS_H
#define CPROF_APP_COMMANDS_H

#include "app/config.h"
#include "base/err.h"
#include "base/span.h"
#include "sink/sink.h"

struct query;

// The one table of reports. Each is a flag of the command line and a command of the shell.
struct command_def {
    const char *name;
    bool wants_regex;             // and which functions it is about
    bool untrimmed;               // shows everything, whatever the trim options say
    enum granularity granularity; // forced, unless it is GRANULARITY_DEFAULT
    int node_count;               // where nodecount is -1
    bool visual;                  // a picture: see struct trim_options
    bool paths;                   // obeys call_tree
    bool sides;                   // is about both sides of a comparison
    bool formats;                 // obeys the option format
    bool obj_names;               // tells binaries apart
    const char *binary;           // the extension of what is not to be seen on a terminal, or NULL
    const char *graphviz;         // the format that Graphviz makes of the graph, or NULL
    const char *const *viewers;   // programs to show the result, the first that starts; NULL ends
    const char *summary;          // one line
    const char *detail;           // more, or NULL
    int (*emit)(struct query *q, struct sink *out, struct err *err);
};

// Sorted by name; ended by one whose name is NULL.
extern const struct command_def command_defs[];

const struct command_def *command_find(struct span name);

#endif
