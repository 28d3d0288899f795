// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_APP_H
#define CPROF_APP_APP_H

#include "app/commands.h"
#include "app/config.h"
#include "base/job.h"
#include "input/names.h"
#include "profile/profile.h"

// The one door to all that cprof does: the command line and the shell come in here.

// A profile that is loaded and ready for queries.
struct session {
    struct profile profile;
    name_list sources, bases;         // the files that it was read from
    struct arena arena;               // their names'
    const struct job *job;            // what is done with it, and whom it tells; or NULL
    const char *policy, *policy_text; // a file of gates and what it had; NULL: none was read
    uint32_t gates_fired;             // in the last run
    bool keeps_sides;                 // of comparisons, whatever the config: see struct profile
};

// Whether the config's source options go together. -1 with *err filled where they do not.
int app_check(const struct config *config, struct err *err);

// How many threads a job may have: struct job.
unsigned app_threads(const struct config *config);

// Reads, checks and merges the files, "-" being standard input, as the config's source options say;
// s->job and s->keeps_sides are set before. 0, or -1 with *err filled and nothing to release.
int app_load(struct session *s, char *const *paths, size_t n_paths, const struct config *config,
             struct err *err);
void app_release(struct session *s);

// Whether a value of sample_index asks for all types side by side: "all", unless a type is so
// named.
bool app_is_all_types(const struct profile *p, struct span sample_index);

struct request {
    const struct command_def *command;
    const char *regex; // where the command wants one
    const struct config *config;
};

// Writes one report. The config's gates are judged with it: s->gates_fired counts those that fired,
// and the job's notes tell of them. 0, or -1 with *err filled; what the sink got by then is
// incomplete.
int app_run(struct session *s, const struct request *request, struct sink *out, struct err *err);

// Judges the config's gates alone, and notes each. 0, or -1 with *err filled.
int app_judge(struct session *s, const struct config *config, struct err *err);

// Whether the config has gates.
bool app_has_gates(const struct config *config);

// Whether they can be read; a policy is read anew. -1 with *err filled where they cannot.
int app_check_gates(struct session *s, const struct config *config, struct err *err);

// Adds what there is to say of the profile, a line each: its binary, type, time, duration.
int app_describe(struct session *s, const struct config *config, struct buf *out, struct err *err);

// Adds how much of the total the config's filters leave: "12.50MB, 25% of 50MB left".
int app_share(struct session *s, const struct config *config, struct buf *out, struct err *err);

struct app_names {
    const struct span *at;
    size_t n;
};

// The names of all functions, the heaviest first, in the arena.
struct app_names app_function_names(struct session *s, struct arena *arena);

#endif
