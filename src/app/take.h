// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_APP_TAKE_H
#define CPROF_APP_TAKE_H

#include <pthread.h>

#include "app/collect.h"
#include "app/runner.h"

// Between collect.c, which has the clock, and take.c, which takes a snapshot and judges it.

struct collection {
    const struct collecting *c;
    struct job *job;
    int64_t start; // of the first slot, by the monotonic clock
    struct service *services;
    struct runner *runner;
    int base_fd; // a copy of the base, or -1

    pthread_mutex_t lock; // of what follows, and of what is said
    pthread_cond_t changed;
    unsigned slots_left; // fetches that may begin
    bool gate_fired, stopped_by_gate;
};

// One URL. Of its thread.
struct service {
    struct collection *collection;
    const char *url;
    char *stem;   // of its files' names
    int first_fd; // a copy of the first snapshot, for growth to be judged; -1: none yet
    bool away;    // the last try failed, and that was said
    bool failed;  // the last slot
    int64_t n_taken, n_failed, n_missed;
    int64_t first_time, last_time;        // by the monotonic clock
    int64_t first, last, lowest, highest; // totals, in the unit
    char type[64], unit[64];
    struct buf line; // what was last told
};

// Notes something of a service, with the time and its name before it.
void service_note(const struct service *s, const char *text);

// Takes a snapshot, judges it, and tells what there is to tell.
void service_take(struct service *s);

// Says the last line, and how it all went.
void service_sum_up(struct service *s);
void service_release(struct service *s);

// Reads the config's base, where there is one, once and for all. -1 with *err filled.
int collection_read_base(struct collection *all, struct err *err);

#endif
