// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_REPORTS_H
#define CPROF_REPORT_REPORTS_H

#include "report/disasm.h"
#include "report/flame.h"
#include "report/report.h"
#include "report/trend.h"
#include "report/weblist.h"

// The one table of kinds of reports. A kind is what there is to say, and how it is worked out; the
// formats (format/formats.h) write it down, and commands (app/commands.h) name the two together.

enum granularity {
    GRANULARITY_DEFAULT, // functions, unless the report needs more
    GRANULARITY_FUNCTIONS,
    GRANULARITY_FILEFUNCTIONS,
    GRANULARITY_FILES,
    GRANULARITY_LINES,
    GRANULARITY_ADDRESSES,
};

// What a report or a format asks of the numbers, whatever the options say. A command asks for what
// either of its two does.
struct wants {
    bool untrimmed;     // everything is shown, whatever the trim options say
    bool obj_names;     // binaries are told apart
    bool no_inlines;    // inlined calls count as their callers
    bool call_tree;     // the option call_tree is obeyed
    bool visual;        // it is trimmed as a picture: see struct trim_options
    bool tags;          // nodes of graphs have tags
    bool needs_source;  // it is said where source files were looked for in vain
    bool memstats;      // it is not about profiles, but about Go's MemStats
    bool beside;        // goroutines that were counted at the same times are looked at, too
    bool series;        // several profiles are kept apart, in the order of time
    bool sides;         // what a comparison was before and after, also where nothing changed
    bool noise;         // the option noise is obeyed
    bool all_types;     // sample_index=all is obeyed
    bool one_type;      // values of the chosen sample type are all that is looked at, of those
    bool plain_numbers; // of tags: see struct report_options
    bool whole_numbers; // values are shown without fractions
    bool whole_path;    // the heaviest path of a flame graph is shown to its end
    int width;          // of a flame graph where the option width is 0, in its columns or pixels
    int node_count;     // how many entries are shown where nodecount is -1; 0: all
    enum granularity granularity; // forced, unless it is GRANULARITY_DEFAULT
};

struct wants wants_of_both(const struct wants *report, const struct wants *format);

// Where source files come from: NULL with *err filled for one that cannot be had.
struct text_files {
    const struct text_file *(*find)(void *context, struct span name, struct err *err);
    void *context;
};

// NULL for a file that has no name or cannot be had.
static inline const struct text_file *text_files_get(const struct text_files *files,
                                                     struct span name)
{
    struct err ignored;
    return name.n ? files->find(files->context, name, &ignored) : NULL;
}

// What a report is about, beyond the profile and its options.
struct subject {
    const char *command;
    const char *pattern; // of the functions it is about, and what matches it; NULL: all
    struct regex *regex;
    struct text_files files;
    struct regex *own; // what is the program's own; NULL: it is worked out
    bool tags;         // the format wants them
    bool context;      // source lines without weight are wanted in tables, too
    struct tag_source tag_source;
    struct flame_options flame;
    struct objdump_options objdump;
};

struct tree {
    struct graph_report graph;
    const bool *wanted; // nodes of it, or NULL: all
};

// What reports say: the member of the kind.
union report_data {
    struct top *top;
    struct tree *tree;
    struct list *list;
    struct tags_report *tags;
    struct node_table *stacks; // of the profile's samples
    struct graph_report *graph;
    struct profile *profile;
    struct flame *flame;
    struct trend *trend;
    struct leaks *leaks;
    struct disasm *disasm;
    struct weblist *weblist;
    struct hints *hints;
    struct memstats_report *memstats;
};

enum report_kind {
    REPORT_NONE, // of commands that write by themselves
    REPORT_COMMENTS,
    REPORT_DISASM,
    REPORT_FLAME,
    REPORT_GATES, // what gates are judged on: untrimmed, with both sides
    REPORT_GRAPH,
    REPORT_HINTS,
    REPORT_LEAKS,
    REPORT_LIST,
    REPORT_MEMSTATS,
    REPORT_PROFILE,
    REPORT_STACKS,
    REPORT_TAGS,
    REPORT_TOP,
    REPORT_TRACES,
    REPORT_TREE,
    REPORT_TREND,
    REPORT_WEBLIST,
    N_REPORTS,
};

struct report_def {
    const char *name;
    struct wants wants;
    // -1 with *err filled where there is nothing to report; NULL: the report itself says all.
    int (*build)(const struct report *r, const struct subject *s, union report_data *data,
                 struct err *err);
    void (*release)(union report_data *data); // what is not the report's arena; or NULL
};

extern const struct report_def report_defs[N_REPORTS];

#endif
