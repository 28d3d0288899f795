// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_REPORT_REPORT_H
#define CPROF_REPORT_REPORT_H

#include "base/cache.h"
#include "base/job.h"
#include "base/regex.h"
#include "base/unit.h"
#include "graph/trim.h"
#include "graph/sums.h"
#include "profile/tag.h"
#include "report/noise.h"

// What a report says, as numbers in the profile's own units and as names; how it looks is the
// formats' business. A report and all it points to live in the query's arena.

struct report_options {
    uint32_t value_index; // of the sample type
    bool mean;
    bool comparison;         // with a base: what grew is positive
    bool snapshots;          // which is of the same process
    bool noise;              // entries tell how far their values may be off
    bool sides;              // what a comparison was before and after is wanted
    bool all_types;          // a top shows the flat values of all sample types
    struct span type;        // "inuse_space", "mean_delay"
    struct span unit;        // the profile's
    struct span output_unit; // to show values in: a unit, "minimum" or "auto"
    double ratio;            // values are multiplied by it
    bool compact_labels;
    bool full_header;   // tells how samples were taken
    bool plain_numbers; // of tags: told apart to the last digit, and from texts
    bool whole_numbers; // values are shown without fractions
    bool drop_negative;
    bool all_entries;    // nothing is trimmed
    bool type_is_chosen; // by the option sample_index
    bool instances;      // sides are instances at one moment, not snapshots over time
    int64_t suspect;     // so many goroutines of one instance at one place are worth a line
    double alpha;        // of a wrong verdict on a trend; 0: the rule's own
    double limit;        // that is not to be reached, in bytes or as the type counts; 0: none
    struct trim_options trim;
    struct detail detail;
    bool call_tree;
    const struct span *filters; // "focus=main", as given
    size_t n_filters;
    const struct tag_units *tag_units;
};

struct gate_results;
struct series;
struct memstats_points;

// What every report says of the profile that it was made from.
struct report {
    const struct profile *profile; // after the filters
    struct arena *arena;
    const struct job *job;
    const struct memo *memo; // of what was worked out of this profile before; or NULL
    struct report_options options;
    const struct gate_results *gates;       // that were judged, or NULL
    const struct series *series;            // that the profile's sides are; or NULL
    const struct memstats_points *memstats; // read in place of a profile; or NULL
    const struct profile *beside;           // of goroutines, taken at the same times; or NULL
    const struct series *beside_series;
    int64_t total; // of the samples before the filters, unless percentages are relative
    bool overflow; // see report_overflows
};

enum inlining { INLINED_NEVER, INLINED_SOMETIMES, INLINED_ALWAYS };

// Standard errors of values, in their unit; 0 where there are no samples.
struct errors {
    double flat, cum;
};

// What an entry weighed on one side of a comparison.
struct side_weights {
    int64_t flat, cum;
};

struct top_row {
    struct span name;                   // printable
    struct span function, file, binary; // parts of the name, or ""
    int64_t line, column, start_line;   // or 0
    uint64_t address;
    int64_t flat, cum;
    const struct side_weights *sides; // of each, where the report has some
    enum inlining inlining;
    struct errors errors; // where noise was asked for and is known
};

// Which part of the profile is shown.
struct shown {
    int64_t total;    // the sum of all flat values
    struct span unit; // to show values in, where they have one in common; or "auto"
    uint32_t n_nodes;
    struct trim_result trim;
};

// A sample type whose flat values stand in a column of their own.
struct top_column {
    struct span type, unit, output_unit;
    int64_t *flats; // by row
};

// What is known of noise, and how a ± is to be read.
struct noise_shown {
    enum noise_kind kind;
    bool known;     // there are errors
    bool at_most;   // they are upper bounds: two snapshots of one process
    double total;   // the error of the sum of all samples
    double nothing; // there is less than this of what has no sample, with 95 %; 0: not known
};

struct top {
    struct shown shown;
    struct noise_shown noise;
    struct top_row *rows;
    uint32_t n_rows;
    struct top_column *columns; // of all sample types, where they were asked for
    uint32_t n_columns;
};

// The calls between the entries.
struct graph_report {
    struct shown shown;
    struct node_table table;
    struct graph graph;
    struct edge_list callers, callees; // of each node, in no order: see report_calls
    struct tag_list tags;              // where they were asked for
    struct node_sums *sides;           // of each, where the report has some
    struct noise_shown noise;          // where it was asked for
    struct node_reals variances;       // where it is known
    int64_t **calls;                   // of each side, by edge: see report_sum_calls
};

// Some edges of a graph.
struct calls {
    uint32_t *edges;
    uint32_t n;
};

// A tag of the profile with the values that samples have for it.
struct tag_value {
    struct span name;
    bool is_number; // then, with plain_numbers, this one
    int64_t number;
    struct span unit;
    int64_t total;
    const int64_t *sides; // of each, where the report has some
};

struct tag_row {
    struct span key;
    int64_t total;
    struct tag_value *values; // by falling weight
    uint32_t n_values;
};

struct tags_report {
    struct tag_row *rows; // by key
    uint32_t n_rows;
};

struct list_line {
    int64_t line, flat, cum;
    const struct side_weights *sides; // of each, where the report has some
};

// A function in one source file.
struct list_routine {
    struct span name, file; // the file is "" where it is not known
    int64_t flat, cum;
    int64_t start;           // the line it begins at, or 0
    int64_t first, last;     // lines to show
    struct list_line *lines; // that have weight, by number
    uint32_t n_lines;
};

struct list {
    struct list_routine *routines; // by name and file
    uint32_t n_routines;
};

// The sum of the absolute values, or of the diff base's alone where samples are marked as such; the
// mean where there is one.
int64_t report_total(const struct profile *p, uint32_t type, bool mean, const struct job *job);

// Whether sums of values of a type, or of what a mean divides by, may not fit 64 bits: the sum of
// their absolute values does not. Then reports show what does not fit as the largest or the least
// number, and say so.
bool report_overflows(const struct profile *p, uint32_t type, bool mean, const struct job *job);

// Both at once.
int64_t report_weigh(const struct profile *p, uint32_t type, bool mean, const struct job *job,
                     bool *overflows);

// The unit in which both the least and the most of values can be shown, for "minimum".
struct span report_common_unit(const struct report *r, int64_t least, int64_t most,
                               struct span unit);

// The unit in which the smallest value shown can be told from zero, for "minimum"; else the one
// that was asked for.
struct span report_shown_unit(const struct report *r, const struct graph *g);

// What a sample weighs: the mean where there is one.
static inline int64_t report_sample_value(const struct report *r, const struct sample *s)
{
    int64_t value = sample_value(r->profile, s, r->options.value_index);
    int64_t div = r->options.mean ? sample_value(r->profile, s, 0) : 0;
    return div ? i64_div(value, div) : value;
}

// How many sides a report tells of: none where that is not wanted or not known, of a mean or of a
// series. Of a comparison there are two: see SIDE_BEFORE.
uint32_t report_sides(const struct report *r);

// The total of one side: the sum of its values, so that after - before is the sum of all change.
int64_t report_side_total(const struct report *r, const int64_t *side);

// What there is to say of a node.
struct top_row report_node_row(const struct report *r, struct graph_report *g, uint32_t node);

struct top report_top(const struct report *r);
struct tags_report report_tags(const struct report *r);

// The functions whose name matches. The detail has to tell lines apart.
struct list report_list(const struct report *r, struct regex *symbol);

// *out is to be released. Tags are weighed where tags is not NULL.
void report_graph(const struct report *r, enum edge_want edges, const struct tag_source *tags,
                  struct graph_report *out);
void graph_report_release(struct graph_report *g);

// Adds the calls from and to the nodes that are chosen to a report that was made without edges,
// leaves nothing out and is not a call tree.
void report_connect(const struct report *r, struct graph_report *g, const bool *chosen);

// Finds out what the calls of a report that has sides weighed on both.
void report_sum_calls(const struct report *r, struct graph_report *g);

// The standard errors of a node; 0 where noise is not known.
struct errors report_errors(const struct graph_report *g, uint32_t node);

// The callers or callees of a node, the heaviest first.
struct calls report_calls(struct graph_report *g, const struct edge_list *list, uint32_t node);

// The profile that topproto writes: a sample per entry, with its cum and flat in the output unit.
// *out is to be released.
void report_top_profile(const struct report *r, const struct top *top, struct profile *out);

#endif
