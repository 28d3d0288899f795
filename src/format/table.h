// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_TABLE_H
#define CPROF_FORMAT_TABLE_H

#include "format/format.h"

// Reports for programs: a head with what there is to know of the profile, then rows of cells.
// Values are whole numbers in the sample type's own unit, never scaled or rounded.

enum cell_kind {
    CELL_NONE, // there is nothing to say
    CELL_TEXT,
    CELL_NUMBER,
    CELL_ERROR,  // of a value: no whole number
    CELL_FRAMES, // of a sample, the leaf first
    CELL_LABELS, // of a sample
};

struct cell {
    enum cell_kind kind;
    struct span text;
    int64_t number;
    double error;
    const struct frame *frames;
    const struct label *labels;
    size_t n; // of frames or labels
};

struct frame {
    uint32_t node; // of the table's nodes
    bool inlined;
};

struct table_column {
    const char *name;
    bool is_value;
    struct span unit; // of values
};

// What a table is about; the rest is in the report.
struct table_facts {
    const char *report;   // "top"
    const char *pattern;  // of a report on some functions, else NULL
    char *const *sources; // files
    char *const *bases;   // and those compared with
    size_t n_sources, n_bases;
    int64_t before, after; // totals of a comparison whose sides are known
    bool sided;
    const struct shown *shown; // or NULL
};

struct table;

struct table_format {
    void (*begin)(struct table *t);
    void (*row)(struct table *t, const struct cell *cells);
    void (*end)(struct table *t);
    // Writes the top of a comparison whose sides are known in its place; NULL: there is no other
    // way.
    void (*comparison)(struct table *t, const struct top *top);
};

extern const struct table_format table_json, table_csv, table_markdown;

struct table {
    const struct report *r;
    const struct table_facts *facts;
    const struct table_format *format;
    const struct noise_shown *noise; // of errors that were asked for, or NULL
    struct sink *out;
    struct node_table *nodes; // of frames
    struct table_column *columns;
    size_t n_columns, cap_columns;
    struct cell *cells; // of the row in the making
    uint64_t n_rows;    // so far
    struct buf text;    // of the format's own
    struct span *texts; // of frames, where the format keeps them
};

// Numbers as programs get them: values are divided as divide_by says.
int64_t table_number(const struct table *t, size_t column, int64_t number);
double table_error(const struct table *t, double error);

// One report each. All write a whole document.
void table_top(struct table *t, const struct top *top);
void table_tree(struct table *t, struct graph_report *g, const bool *wanted);
void table_traces(struct table *t, struct node_table *nodes);
void table_tags(struct table *t, const struct tags_report *tags);
void table_list(struct table *t, const struct list *list, const struct text_files *files);
void table_comments(struct table *t);

// A line per stack, "root;…;leaf value": what flame graph programs read. Stacks that look the same
// are one. Of a comparison whose sides are known a line has two values, before and after. Returns
// how many stacks are left out, as their values are negative.
uint32_t format_folded(const struct report *r, struct node_table *t, struct sink *out);

#endif
