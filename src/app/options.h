// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_OPTIONS_H
#define CPROF_APP_OPTIONS_H

#include "app/config.h"
#include "base/buf.h"
#include "base/err.h"

// The one table of options. The command line, the shell, help, the man page and the completions are
// all made from it.

enum option_type {
    OPTION_BOOL,
    OPTION_INT,
    OPTION_FLOAT,
    OPTION_STRING,
    OPTION_CHOICE, // each choice is also a flag of its own
    OPTION_WORD,   // a choice whose names are no flags
    OPTION_GATES,  // lines, each a gate (report/gate.h); a flag that is given again adds some
};

enum option_group {
    GROUP_FILTER,
    GROUP_DISPLAY,
    GROUP_TRIM,
    GROUP_DETAIL,
    GROUP_GATE,
    GROUP_SOURCE,
    GROUP_COUNT,
};

struct choice {
    const char *name, *summary;
};

struct option_def {
    const char *name;
    enum option_type type;
    enum option_group group;
    size_t offset; // in struct config
    const struct choice
        *choices; // of the last two types: the names of the values 0, 1, …; NULL ends
    const char *initial;
    const char *argument; // what stands behind "=" in help texts; NULL for OPTION_BOOL
    const char *summary;  // one line
    const char *detail;   // more, or NULL
    bool is_regex;        // the value has to be a valid regular expression
};

// Flags that stand for values of sample_index, and perhaps of mean.
struct shortcut_def {
    const char *name, *sample_index;
    bool mean;
    const char *summary;
};

// Sorted by name; ended by one whose name is NULL.
extern const struct option_def option_defs[];
extern const struct shortcut_def shortcut_defs[];
extern const char *const option_group_titles[GROUP_COUNT];

const struct option_def *option_find(struct span name);

// The option of which this is a choice, and which one; NULL where there is none.
const struct option_def *option_find_choice(struct span name, int *value);
// The choices of an option that are flags of their own, ended by one whose name is NULL.
const struct choice *option_flags(const struct option_def *o);

const struct shortcut_def *shortcut_find(struct span name);

// Sets from text. -1 with *err filled, and nothing changed, where the text does
// not fit.
int option_set(const struct option_def *o, struct config *c, struct span text, struct err *err);

// What another flag of the name does: adds a line to a value of lines, and sets all others.
int option_add(const struct option_def *o, struct config *c, struct span text, struct err *err);

// Adds the value as text that option_set reads back.
void option_print(const struct option_def *o, const struct config *c, struct buf *out);

#endif
