// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_PROFILE_PROFILE_H
#define CPROF_PROFILE_PROFILE_H

#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/strtab.h"

// A profile as columns: tables of small records that name each other by index. The order of each
// table is the file's. Strings are ids of the profile's string table.
//
// A loaded profile is never changed by a query. A query takes a shallow copy of the struct and puts
// columns of its own, from its own arena, in the place of those that it changes.

#define NO_INDEX UINT32_MAX

struct value_type {
    str_id type, unit; // "inuse_space", "bytes"
};

struct sample {
    uint32_t frame, n_frames; // in frames; the leaf comes first
    uint32_t label, n_labels; // in labels
    uint32_t row;             // of its values: see sample_value_at
};

enum label_kind {
    LABEL_STR,      // value is the string
    LABEL_NUM,      // num, with no unit given
    LABEL_NUM_UNIT, // num, with the unit in value
};

struct label {
    str_id key;
    str_id value;
    int64_t num;
    enum label_kind kind;
};

// Where perf has a kernel begin, by the suffix of "[kernel.kallsyms]".
enum kernel_symbol { KERNEL_UNKNOWN, KERNEL_TEXT, KERNEL_STEXT };

struct mapping {
    uint64_t id, start, limit, offset;
    str_id file, build_id;
    enum kernel_symbol kernel_symbol;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct location {
    uint64_t id, address;
    uint32_t mapping;       // or NO_INDEX
    uint32_t line, n_lines; // in lines; the innermost inlined call first
    bool folded;
    bool hidden; // a filter left nothing of it: no stack shows it
    bool cut;    // a filter left out what its outermost line was inlined into
};

struct line {
    uint32_t function;
    int64_t line, column;
} __attribute__((packed, aligned(4))); // of which there are millions

struct function {
    uint64_t id;
    str_id name, system_name, filename;
    int64_t start_line;
};

// How much of each table there is.
struct table_counts {
    uint32_t samples, mappings, locations, lines, functions;
};

// One of several profiles that were added up, where their values are kept apart.
struct side {
    int64_t *values; // row by row as the sum's
    uint32_t n_rows; // that values has; those of a loaded profile have all
    uint32_t order;  // among the sides as they were added
    int64_t time_nanos, duration_nanos, period;
    double *scales; // of each type: what normalising multiplied the values by; NULL: all 1
};

enum { SIDE_BEFORE, SIDE_AFTER }; // of a comparison

struct memstats;

struct profile {
    struct strtab *strings;

    struct value_type *sample_types;
    uint32_t n_sample_types;
    struct sample *samples;
    uint32_t n_samples;
    int64_t *values; // row by row; or, where that alone was read, those of one type
    bool one_type;
    bool *overflow; // by type: a sum of merged samples did not fit; NULL: all did
    // Of a comparison, base first, or of a series, where their sides are kept; then `values` has
    // after − before, or the sum.
    struct side *sides;
    uint32_t n_sides;
    struct table_counts changed; // see profile_drop_unchanged
    uint32_t *frames;            // indices of locations
    struct label *labels;
    uint32_t n_labels; // 0: not known

    struct mapping *mappings; // the first is the main binary
    uint32_t n_mappings;
    struct location *locations;
    uint32_t n_locations;
    bool cut_lines; // some location is cut
    struct line *lines;
    uint32_t n_lines;
    struct function *functions;
    uint32_t n_functions;
    bool has_local_names; // some are of binaries on this machine, not of the file

    str_id *comments;
    uint32_t n_comments;
    str_id doc_url, drop_frames, keep_frames, default_sample_type;
    int64_t time_nanos, duration_nanos;
    struct value_type period_type;
    int64_t period;
    const struct memstats *memstats; // of a heap's text that has them: see read/memstats.h; or NULL

    struct arena *arena; // owns all of the above and itself; NULL in a query's copy
};

void profile_init(struct profile *p);
void profile_release(struct profile *p);

static inline struct span profile_str(const struct profile *p, str_id id)
{
    return strtab_get(p->strings, id);
}

// Where a sample's value of a type stands in a column such as values, or a side's.
static inline size_t sample_value_at(const struct profile *p, const struct sample *s, uint32_t type)
{
    return p->one_type ? s->row : (size_t)s->row * p->n_sample_types + type;
}

static inline int64_t sample_value(const struct profile *p, const struct sample *s, uint32_t type)
{
    return p->values[sample_value_at(p, s, type)];
}

// Of all types, in a profile that has them.
static inline const int64_t *sample_values(const struct profile *p, const struct sample *s)
{
    return p->values + (size_t)s->row * p->n_sample_types;
}

// How many frames two stacks have in common, from the root on.
uint32_t sample_shared(const struct profile *p, const struct sample *a, const struct sample *b);

// Rows of a comparison that are the same before and after, though not 0, stand after all others,
// as do the entries of the other tables that only they need. Leaves them out: then the profile is
// that of a comparison whose sides are not kept.
void profile_drop_unchanged(struct profile *p);

// Labels of one key belong together, texts apart from numbers, though the file may mix them up.
// Whether labels[i] is the first such of its key, and whether any number of the key has a unit, in
// which case one without has the unit "".
bool label_is_first(const struct label *labels, uint32_t i);
bool labels_have_units(const struct label *labels, uint32_t n, str_id key);

static inline bool label_is_number(const struct label *l)
{
    return l->kind != LABEL_STR;
}

// The index of the sample type that the option sample_index names: by number or by name, where
// "inuse_space" also finds "space". "" is the profile's default, else the last. NO_INDEX with *err
// filled, the types that there are in it, where it names none.
uint32_t profile_sample_index(const struct profile *p, struct span name, struct err *err);

// Adds a comment in a new column of the arena's; the old one stays as it is.
void profile_add_comment(struct profile *p, struct arena *arena, struct span text);

// Gives a profile the tables that were filled in vectors of the same names: a builder's, or the
// decoder's.
#define PROFILE_TAKE_TABLES(profile, from)                 \
    do {                                                   \
        PROFILE_TAKE_COUNTED(profile, from, sample_types); \
        PROFILE_TAKE_COUNTED(profile, from, samples);      \
        PROFILE_TAKE_COUNTED(profile, from, mappings);     \
        PROFILE_TAKE_COUNTED(profile, from, locations);    \
        PROFILE_TAKE_COUNTED(profile, from, lines);        \
        PROFILE_TAKE_COUNTED(profile, from, functions);    \
        PROFILE_TAKE_COUNTED(profile, from, comments);     \
        (profile)->values = (from)->values.at;             \
        (profile)->frames = (from)->frames.at;             \
        (profile)->labels = (from)->labels.at;             \
        (profile)->n_labels = (uint32_t)(from)->labels.n;  \
    } while (0)

#define PROFILE_TAKE_COUNTED(profile, from, table) \
    ((profile)->table = (from)->table.at, (profile)->n_##table = (uint32_t)(from)->table.n)

#endif
