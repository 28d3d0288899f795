// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_TABLE_H
#define CPROF_FORMAT_TABLE_H

#include "base/escape.h"
#include "format/format.h"
#include "format/formats.h"

// Reports for programs: a head with what there is to know of the profile, then rows of cells.
// Values are whole numbers in the sample type's own unit, never scaled or rounded.

enum cell_kind {
    CELL_NONE, // there is nothing to say
    CELL_TEXT,
    CELL_NUMBER,
    CELL_ERROR, // of a value: no whole number
    CELL_NULL,  // what is asked for is not known
    CELL_REAL,  // as it is, divided by nothing
    CELL_REALS,
    CELL_FRAMES, // of a sample, the leaf first
    CELL_LABELS, // of a sample
};

struct cell {
    enum cell_kind kind;
    struct span text;
    int64_t number;
    double error; // or real number
    const double *reals;
    const struct frame *frames;
    const struct label *labels;
    size_t n; // of reals, frames or labels
};

struct frame {
    uint32_t node; // of the table's nodes
    bool inlined;
};

struct table_column {
    const char *name;
    bool is_value;
    bool in_name;     // the row's printable name has it, too, or it is for programs only
    struct span unit; // of values
};

struct table_fact {
    const char *name;
    struct cell cell;
};

#define NO_COLUMN SIZE_MAX // of what is in no row

struct table;

struct table_format {
    void (*begin)(struct table *t);
    void (*row)(struct table *t, const struct cell *cells);
    void (*end)(struct table *t);
    // Writes the top of a comparison whose sides are known in its place; NULL: there is no other
    // way.
    void (*comparison)(struct table *t, const struct top *top);
    bool total_in_head; // the row that sums all up stands there
};

extern const struct table_format table_json, table_csv, table_tsv, table_markdown;

struct table {
    const struct document *document;
    const struct report *r; // the document's
    const struct table_format *format;
    uint32_t n_sides;
    const int64_t *totals;           // of each side
    const struct shown *shown;       // or NULL
    const struct noise_shown *noise; // of errors that were asked for, or NULL
    struct sink *out;
    struct node_table *nodes; // of frames
    struct table_column *columns;
    size_t n_columns, cap_columns;
    struct cell *cells;       // of the row in the making
    const struct cell *total; // of the row that sums all up, or NULL
    const char *facts_name;   // of more that is to be said in the head
    const struct table_fact *facts;
    size_t n_facts;
    uint64_t n_rows;    // written so far
    uint64_t n_seen;    // those of others than the document's rows are left out
    struct buf text;    // of the format's own
    struct span *texts; // of frames, where the format keeps them
};

// Numbers as programs get them: values are divided as divide_by says.
int64_t table_number(const struct table *t, size_t column, int64_t number);
double table_error(const struct table *t, double error);

// For formats of plain cells: a column's name, with the unit in parentheses after it, and a cell's
// text, in which lists have a separator between their entries.
void table_add_title(const struct table *t, size_t column, const struct escape_rules *rules,
                     struct buf *out);
void table_add_cell(const struct table *t, size_t column, const struct cell *cell,
                    const struct escape_rules *rules, const char *separator, struct buf *out);

// Making a table: columns first, then begin, rows of as many cells, and end. shown and noise may be
// NULL. Before begin a row that sums all up may be given.
struct table table_of(const struct document *d, const struct shown *shown,
                      const struct noise_shown *noise, struct sink *out);
void table_add_column(struct table *t, const char *name);
void table_add_value(struct table *t, const char *name); // a column of values
void table_add_sided(struct table *t,
                     const char *name); // one for each side, "name_before"; or "before"
void table_begin(struct table *t);
struct cell *table_new_row(struct table *t); // cells with nothing to say, one for each column
void table_put_row(struct table *t);
void table_end(struct table *t);

static inline struct cell cell_text(struct span text)
{
    return text.n ? (struct cell){.kind = CELL_TEXT, .text = text} : (struct cell){0};
}

// Of what a row always has, be it empty.
static inline struct cell cell_name(struct span text)
{
    return (struct cell){.kind = CELL_TEXT, .text = text};
}

static inline struct cell cell_number(int64_t number)
{
    return (struct cell){.kind = CELL_NUMBER, .number = number};
}

static inline struct cell cell_error(double error)
{
    return error > 0 ? (struct cell){.kind = CELL_ERROR, .error = error} : (struct cell){0};
}

// A line or column, of which 0 is none.
static inline struct cell cell_place(int64_t number)
{
    return number ? cell_number(number) : (struct cell){0};
}

static inline struct cell cell_real(double number)
{
    return (struct cell){.kind = CELL_REAL, .error = number};
}

static inline struct cell cell_reals(const double *reals, size_t n)
{
    return (struct cell){.kind = CELL_REALS, .reals = reals, .n = n};
}

#endif
