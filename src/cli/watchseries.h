// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_CLI_WATCHSERIES_H
#define CPROF_CLI_WATCHSERIES_H

#include <pthread.h>

#include "cli/watch.h"

// What a report on a series watches of services: snapshots that are taken meanwhile into a folder
// of its own, at the interval of the watch. The folder goes in the end.
struct watchseries {
    struct watch watch; // the same with the folder in the place of the URLs
    struct config config;
    char folder[64];
    char *path; // of it
    struct job job;
    pthread_t thread;
    bool running;
};

// Whether the watch is one of a series of services.
bool watchseries_is_wanted(const struct watch *w);

// Begins, and waits until there are enough snapshots for a report. -1 with *err filled where that
// cannot be; then nothing is left.
int watchseries_begin(struct watchseries *s, const struct watch *w, struct err *err);
void watchseries_end(struct watchseries *s);

#endif
