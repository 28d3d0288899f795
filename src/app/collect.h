// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_COLLECT_H
#define CPROF_APP_COLLECT_H

#include "app/app.h"

// Takes snapshots of services on a steady clock, into the folder of the option collect, and judges
// each by the config's gates: growth is against the base or else the first snapshot.

struct collecting {
    char *const *urls;
    size_t n_urls;
    const struct config *config;
    bool memstats;                                // texts with MemStats are taken, no profiles
    bool tells;                                   // a line after each snapshot, not only at the end
    void (*say)(void *context, const char *line); // such lines; one call at a time
    void *context;
};

struct collected {
    bool gate_fired;  // ever
    bool last_failed; // in the last slot of one of the URLs
};

// Whether the options and the URLs go together. -1 with *err filled where not.
int collect_check(const struct collecting *c, struct err *err);

// Runs to the last slot, or until the job is stopped; a gate may stop the job. 0, or -1 with *err
// filled where it cannot begin.
int collect_run(const struct collecting *c, struct job *job, struct collected *out,
                struct err *err);

#endif
