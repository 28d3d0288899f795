// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_CONFIG_H
#define CPROF_APP_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sort_order { SORT_FLAT, SORT_CUM };

enum when { WHEN_AUTO, WHEN_ALWAYS, WHEN_NEVER };

// The values of all options: one member per row of the table in options.c, which says what each
// means. Strings are owned and never NULL.
struct config {
    char *output;
    int format; // of the table of formats
    int color;  // enum when
    int pager;  // WHEN_AUTO or WHEN_NEVER

    bool call_tree, relative_percentages, compact_labels, mean, normalize;
    char *unit, *sample_index, *source_path, *trim_path;
    double divide_by;
    int sort; // enum sort_order

    char *tagroot, *tagleaf;

    bool drop_negative, trim, noinlines, showcolumns, intel_syntax;
    int64_t nodecount;
    double nodefraction, edgefraction;
    char *min_flat, *max_flat, *min_cum, *max_cum; // shares of the total, or values; or ""
    char *focus, *ignore, *prune_from, *hide, *show, *show_from;
    char *tagfocus, *tagignore, *tagshow, *taghide;
    int granularity; // enum granularity: see report/reports.h

    int64_t width, depth; // of flame graphs; 0: as it comes
    bool flipped;
    char *zoom, *pivot, *own;

    char *base, *diff_base; // files, separated by commas

    char *fail_if; // gates, one a line
    char *policy;
    bool allow_empty, noise;
    double confidence; // in percent; 0: not asked for
    int64_t limit;     // of a trend, in bytes; 0: none
    bool instances;    // files are of many instances at one moment
    int64_t suspect;   // goroutines at one place in one of them

    char *files_from;  // a list of files
    int64_t newest;    // of each folder; 0: all
    char *rename_type; // a line each: FROM=TO
    char *add_comment, *buildid, *symbolize, *tools;
    int created_by; // enum created_by: see profile/read/reader.h
    char *http;     // the address to serve at
    bool no_browser;
    bool all_frames, keep_going, durable;
    char *skipped; // a file
    int64_t max_memory;
    int64_t threads;

    int64_t seconds, timeout, fetch_parallel, max_profile;
    char *tls_cert, *tls_key, *tls_ca;
    char *header; // a line each
    bool no_save;
    bool stop_on_error;
    int64_t watch; // nanoseconds; 0: once

    char *collect, *exec;
    int64_t interval, count, keep; // nanoseconds; 0: no end, all
    bool stop_on_fail;
};

// Sets every option to its initial value.
void config_init(struct config *c);
void config_copy(struct config *to, const struct config *from); // to is not initialised before
void config_release(struct config *c);

#endif
