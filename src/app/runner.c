// SPDX-License-Identifier: Apache-2.0
#include "app/runner.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/arena.h"
#include "base/thread.h"
#include "base/xalloc.h"
#include "sink/process.h"

enum { QUEUE_MAX = 64, SECONDS_MAX = 60, N_VARIABLES = 4 };

struct run {
    struct arena arena;
    char *variables[N_VARIABLES + 1];
};

struct runner {
    const char *command;
    const struct job *job;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct run queue[QUEUE_MAX];
    unsigned added, taken;
    bool ending;
};

struct runner *runner_new(const char *command, const struct job *job)
{
    if (!*command)
        return NULL;
    struct runner *r = xcalloc(1, sizeof *r);
    r->command = command;
    r->job = job;
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    return r;
}

static bool next_run(struct runner *r, struct run *run)
{
    pthread_mutex_lock(&r->lock);
    while (r->added == r->taken && !r->ending)
        pthread_cond_wait(&r->changed, &r->lock);
    bool found = r->added != r->taken;
    if (found)
        *run = r->queue[r->taken++ % QUEUE_MAX];
    pthread_mutex_unlock(&r->lock);
    return found;
}

static void *work(void *context)
{
    struct runner *r = context;
    struct run run;
    while (next_run(r, &run)) {
        struct err err;
        if (process_run(r->command, run.variables, SECONDS_MAX, &err))
            job_note(r->job, err.text);
        arena_release(&run.arena);
    }
    return NULL;
}

void runner_add(struct runner *r, const struct runner_facts *facts)
{
    struct run run = {0};
    if (!r)
        return;
    run.variables[0] = arena_printf(&run.arena, "CPROF_GATE=" SPAN_FMT, SPAN_ARG(facts->gate));
    run.variables[1] = arena_printf(&run.arena, "CPROF_VALUE=" SPAN_FMT, SPAN_ARG(facts->value));
    run.variables[2] = arena_printf(&run.arena, "CPROF_LIMIT=" SPAN_FMT, SPAN_ARG(facts->limit));
    run.variables[3] =
        arena_printf(&run.arena, "CPROF_SNAPSHOT=" SPAN_FMT, SPAN_ARG(facts->snapshot));
    pthread_mutex_lock(&r->lock);
    bool full = r->added - r->taken == QUEUE_MAX;
    if (!full)
        r->queue[r->added++ % QUEUE_MAX] = run;
    if (!r->started)
        r->started = thread_start(&r->thread, work, r);
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (full) {
        arena_release(&run.arena);
        job_note(r->job, "too many runs of -exec wait already: one is left out");
    }
}

void runner_free(struct runner *r, bool drop)
{
    if (!r)
        return;
    pthread_mutex_lock(&r->lock);
    r->ending = true;
    while (drop && r->taken != r->added)
        arena_release(&r->queue[r->taken++ % QUEUE_MAX].arena);
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    if (r->started)
        pthread_join(r->thread, NULL);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    free(r);
}
