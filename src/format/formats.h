// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_FORMAT_FORMATS_H
#define CPROF_FORMAT_FORMATS_H

#include "format/format.h"
#include "report/reports.h"
#include "sink/sink.h"

// The one table of formats: how reports are written down. Nothing here computes: every number comes
// from the report.

// Which rows of a table are written, from the first, 0; all, unless it is set.
struct row_window {
    bool set;
    uint64_t from, n;
};

// A report that is ready to be written.
struct document {
    const struct report *report;
    enum report_kind kind;
    union report_data data;
    const struct subject *subject;
    char *const *sources; // files
    char *const *bases;   // and those compared with
    size_t n_sources, n_bases;
    size_t n_skipped; // of the sources: left out
    const struct format *format;
    struct row_window rows;
};

typedef void emit(const struct document *d, struct sink *out);

struct table_format;

struct format {
    const char *name, *summary; // the latter NULL: no value of the option format
    const char *extension, *mime;
    bool binary; // not for a terminal
    struct wants wants;
    const char *through; // the program that makes a file of the text of a graph, and its arguments
    void (*finish)(struct span made, struct sink *out); // writes what it made; NULL: as it is
    const struct table_format *table;                   // how it writes tables, or NULL
    // What is told of gates beside the report; NULL: format_gates.
    label_lines (*gates)(const struct report *r, const struct gate_results *results, bool all);
    emit *emit[N_REPORTS]; // NULL: it has no such report, unless `table` writes it
};

// Ended by one whose name is NULL.
extern const struct format formats[];

const struct format *format_find(const char *name); // NULL where there is none

// Whether reports of a kind can be written in a format.
bool format_has(const struct format *f, enum report_kind kind);

// Writes a document in its format, which has its kind. Errors of the sink stay with it; -1 with
// *err filled where the program fails that it goes through.
int format_write(const struct document *d, struct sink *out, struct err *err);

#endif
