// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_APP_H
#define CPROF_APP_APP_H

#include "app/commands.h"
#include "app/config.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/job.h"
#include "base/span.h"

// The one door to all that cprof does: the command line, the shell and the server come in here.

// A profile that is loaded and ready, with what follows from it alone. It never changes, any number
// of threads may use it at once, and it is there until the last of them has put it down. To load
// another one is to put a new pointer where the old one was.
struct loaded;

const struct loaded *loaded_ref(const struct loaded *l);
void loaded_unref(const struct loaded *l); // may be NULL

// The same of the only reference, on the threads of a job: a large profile takes long.
void loaded_drop(const struct loaded *l, const struct job *job);

// Whether the config's source options go together. -1 with *err filled where they do not.
int app_check(const struct config *config, struct err *err);

// Whether these files, or others that the config names, are read from standard input.
bool app_reads_stdin(char *const *paths, size_t n, const struct config *config);

// How many threads a job may have: struct job.
unsigned app_threads(const struct config *config);

// Reads, checks and merges the files, "-" being standard input, as the config's source options say.
// The caller's to unref; NULL with *err filled where that fails.
enum app_keep {
    KEEP_SIDES = 1, // comparisons can tell what was before and after, whatever the config wants now
    KEEP_RESULTS = 2, // what took time to work out, up to a bound, for requests to come
    // Each file is a snapshot of a series, and they stay apart; a folder stands for the files in
    // it, as does a pattern with * ? or [.
    KEEP_SERIES = 4,
    KEEP_BESIDE = 8,    // with a series of heaps, that of goroutines in the same folder
    KEEP_MEMSTATS = 16, // files are read for Go's MemStats, not as profiles
    KEEP_ONE_TYPE = 32, // of a file by itself, values of the config's sample type are enough
    KEEP_ALL = KEEP_SIDES | KEEP_RESULTS,
};
const struct loaded *app_load(char *const *paths, size_t n_paths, const struct config *config,
                              unsigned keep, const struct job *job, struct err *err);

// Whether the config's output is a file of its own, and none of those that are read. -1 with *err
// filled where it is.
int app_check_output(const struct config *config, char *const *paths, size_t n_paths,
                     struct err *err);

// Whether the files that are named for a report are enough of them. -1 with *err filled where not.
int app_check_paths(const struct command_def *command, const struct config *config,
                    char *const *paths, size_t n_paths, struct err *err);

// The same profile with the config's file of gates read anew. The caller's to unref; NULL with *err
// filled where the gates cannot be read.
const struct loaded *app_reload_gates(const struct loaded *l, const struct config *config,
                                      const struct job *job, struct err *err);

enum { OUTCOME_UNIT_MAX = 32 };

// 1 where the place is the URL of Go's list of profiles, /debug/pprof/: adds a line for each
// profile with how to take it. 0 where it is another place; -1 with *err filled.
int app_list_profiles(const char *place, const struct config *config, const struct job *job,
                      struct buf *out, struct err *err);

// Whether a place is fetched.
bool app_is_remote(const char *place);

// Adds the name of a place, or a line with names in it, without the secrets of URLs.
void app_show_place(const char *place, struct buf *out);

// Whether one of the places is a service's profile of some seconds, which its URL does not name.
bool app_takes_time(char *const *paths, size_t n_paths);

// What is wanted of a profile. All of it is the caller's and stays as it is.
struct request {
    const struct command_def *command; // NULL: no report, the gates alone are judged
    const char *regex;                 // where the command wants one
    const struct config *config;
    const struct job *job;  // may be stopped, and is told of remarks; or NULL
    bool quiet;             // no remarks on filters: another request of this config makes them
    bool fenced;            // source files from certain folders only: see srcfiles_fence
    bool context;           // tables of source have the lines without weight, too, as text has
    struct row_window rows; // of tables
    // Takes the report instead of the sink, while it is there; or NULL. 0, or -1 with *err filled.
    int (*show)(void *context, const struct document *d, struct err *err);
    void *show_context;
};

// What came of it besides the bytes.
struct outcome {
    uint32_t gates_fired;
    bool misused; // the profile is not of a kind that the report can be made of
    bool stopped; // before it was done: what the sink got is incomplete
    // Of the sample type: all of it and what the filters leave, divided as divide_by says, and the
    // unit that values are shown in, "auto" where each has its own.
    int64_t total, left;
    char unit[OUTCOME_UNIT_MAX];
};

// Writes one report, and judges the config's gates with it; the job's notes tell of those that
// fired. May be called by many threads at once with one profile, each with a sink and a job of its
// own. 0, or -1 with *err filled; what the sink got by then is incomplete. Without a command
// nothing is written, and sink may be NULL.
int app_run(const struct loaded *l, const struct request *request, struct sink *sink,
            struct outcome *outcome, struct err *err);

// What a search for functions finds.
struct app_matches {
    const struct span *names; // printable, of those in samples that the filters leave; the arena's
    size_t n;
    int64_t value; // of the samples that have at least one of them, as reports of tables have it
};

// Searches the names that the request's config gives entries. -1 with *err filled where the regular
// expression is not valid.
int app_search(const struct loaded *l, const struct request *request, struct span expression,
               struct arena *arena, struct app_matches *out, struct err *err);

// Whether the report, or where there is none the config's gates, are about a series.
bool app_wants_series(const struct command_def *command, const struct config *config);

// Whether the command is about MemStats, or without one all gates that flags say are.
bool app_wants_memstats(const struct command_def *command, const struct config *config);

// Puts the config's gates apart: *single has those on one profile, *series those on a series, to
// which `more` is added; neither has a folder to collect into. Both are to be released.
void app_split_gates(const struct config *config, const char *more, struct config *single,
                     struct config *series);

// Whether the config has gates.
bool app_has_gates(const struct config *config);

// Adds what there is to say of the profile, a line each: its binary, type, time, duration.
int app_describe(const struct loaded *l, const struct config *config, const struct job *job,
                 struct buf *out, struct err *err);

// Adds how much of the total the config's filters leave: "12.50MB, 25% of 50MB left".
int app_share(const struct loaded *l, const struct config *config, const struct job *job,
              struct buf *out, struct err *err);

// What could be chosen of a profile. The texts are the arena's or the profile's.

struct app_names {
    const struct span *at;
    size_t n;
};

struct app_function {
    struct span name;
    bool sourced; // a source file is known
};

struct app_functions {
    const struct app_function *at;
    size_t n;
};

// All functions, the heaviest first.
struct app_functions app_functions(const struct loaded *l, const struct job *job,
                                   struct arena *arena);

struct app_names app_sample_types(const struct loaded *l, struct arena *arena);

// The own name of the sample type that a value of sample_index chooses, of which "all" stays as it
// is. -1 with *err filled where there is none.
int app_sample_type(const struct loaded *l, struct span sample_index, struct span *name,
                    struct err *err);

// Whether the config's conditions on tags can be read. -1 with *err filled where not.
int app_check_tags(const struct loaded *l, const struct config *config, struct err *err);

struct app_tag {
    struct span key, value;
};

struct app_tags {
    const struct app_tag *at;
    size_t n;
};

// The keys of the samples' tags, each once and with no value; with values also, each once, the
// texts that stand with them, of which many are left out.
struct app_tags app_tags(const struct loaded *l, bool values, struct arena *arena);

// What the entries of a report weigh, for whoever compares two profiles: every function, or what
// else the config makes an entry of, whatever the options for trimming say.
struct app_entry {
    struct span name; // printable
    int64_t flat, cum;
};

struct app_weights {
    const struct app_entry *entries; // the arena's, in the order of the config's
    size_t n;
    const int64_t *totals; // of what the filters leave, by sample type
    uint32_t type;         // of sample that the entries are of
    struct span unit, shown_unit;
    double ratio;
};

// trimmed: the entries that top shows under this config, and no others. The texts are the arena's.
// 0, or -1 with *err filled.
int app_weights(const struct loaded *l, const struct config *config, bool trimmed,
                const struct job *job, struct arena *arena, struct app_weights *out,
                struct err *err);

// Adds a value of the weights as reports show it.
void app_print_value(const struct app_weights *w, int64_t value, struct buf *out);

#endif
