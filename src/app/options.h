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
    OPTION_REGEX,    // a string that is a valid regular expression, or ""
    OPTION_CHOICE,   // each choice is also a flag of its own
    OPTION_WORD,     // a choice whose names are no flags
    OPTION_WORDS,    // names of choices, in any case, joined by the separator
    OPTION_DURATION, // nanoseconds: see base/quantity.h
    OPTION_SIZE,     // bytes
    OPTION_SHARE,    // a string: "1%" of the total, or a value such as 10MB; or ""
    OPTION_LINES,    // any lines; a flag that is given again adds some
    OPTION_GATES,    // the same, but each is a gate (report/gate.h)
};

enum option_group {
    GROUP_FILTER,
    GROUP_DISPLAY,
    GROUP_TRIM,
    GROUP_DETAIL,
    GROUP_GATE,
    GROUP_SOURCE,
    GROUP_FETCH,
    GROUP_SERVE,
    GROUP_COLLECT,
    GROUP_COUNT,
};

// Where an option may be set or kept.
enum option_where {
    WHERE_CLI = 1,
    WHERE_SHELL = 2,
    WHERE_WEB = 4,   // as a parameter of a URL
    WHERE_SAVED = 8, // in the settings that the browser's page keeps
};

// What has to be done again when the value changes; each includes those before it but GATES.
enum option_dirties {
    DIRTIES_NOTHING, // it is about what comes: files to be read, where reports go
    DIRTIES_RENDER,  // the same numbers look different
    DIRTIES_GRAPH,   // the same samples make other entries
    DIRTIES_FILTER,  // other samples or frames
    DIRTIES_GATES,   // gates are to be read and checked, and a change that fails is undone
    DIRTIES_LOAD,    // the profile is to be loaded anew, and a change that fails is undone
};

// What could be put in for a value that has no choices.
enum option_complete {
    COMPLETE_NOTHING,
    COMPLETE_FUNCTIONS,
    COMPLETE_TAG_KEYS,
    COMPLETE_TAGS, // keys, and key=value
    COMPLETE_TYPES,
    COMPLETE_FILES,
    COMPLETE_DIRS,
    COMPLETE_REPORTS, // of arguments of the shell's commands
    COMPLETE_NAMES,   // of reports, options and commands
};

struct choice {
    const char *name, *summary;
};

// Which numbers an option takes; durations and sizes are never negative.
struct option_range {
    double min, max;
    bool below_max; // max itself is too much
    bool or_zero;   // 0 is taken, too
    bool no_zero;   // 0 is not taken
    const char *want;
};

struct option_def {
    const char *name;
    const char *url; // its name in a URL; NULL: it is not WHERE_WEB
    enum option_type type;
    enum option_group group; // of help texts
    size_t offset;           // in struct config
    unsigned where;          // of enum option_where
    enum option_dirties dirties;
    enum option_complete complete;
    char separator;                     // of the names in a value that is a list; or 0
    const struct option_range *range;   // of numbers; NULL: any
    const struct choice *choices;       // of choices: the names of the values 0, 1, …; NULL ends
    const struct choice *(*list)(void); // which makes them, where they are another table's rows
    const char *initial;
    const char *bare;     // of durations: the value of a flag that is given none; or NULL
    const char *argument; // what stands after "=" in help texts; NULL for OPTION_BOOL
    const char *summary;  // one line
    const char *detail;   // more, or NULL
    const char *example;  // a value for help texts, where others of its kind make no sense; or NULL
};

// Flags that stand for values of sample_index, and perhaps of mean.
struct shortcut_def {
    const char *name, *sample_index;
    bool mean;
    const char *summary;
};

// What a value of OPTION_SHARE says: a number of percent, or of a unit, which may be "". False
// where the text says neither.
bool option_share(struct span text, double *number, struct span *unit, bool *percent);

// Sorted by name; ended by one whose name is NULL. There are fewer than OPTIONS_MAX.
enum { OPTIONS_MAX = 200 };
extern const struct option_def option_defs[];
extern const struct shortcut_def shortcut_defs[];
extern const char *const option_group_titles[GROUP_COUNT];

const struct option_def *option_find(struct span name);

// By the name that it has in a URL; NULL where there is none.
const struct option_def *option_find_url(struct span name);

// The option of which this is a choice, and which one; NULL where there is none.
const struct option_def *option_find_choice(struct span name, int *value);
// The values 0, 1, … of an option that has choices, ended by one whose name is NULL; a value
// called "" cannot be written. NULL: it has no choices.
const struct choice *option_choices(const struct option_def *o);

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

// After this option was set: one base takes the place of the other, and without one there is
// nothing to normalise to.
void config_settle_bases(struct config *c, const struct option_def *o);

#endif
