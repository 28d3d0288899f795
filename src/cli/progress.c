// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/thread.h"

#define MILLISECOND ((int64_t)1000000)

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int64_t last;     // when it was told; 0: not yet
    bool shown;       // there is something on the line
    const char *step; // that goes on, or NULL
    int64_t since;    // when it began
    bool ticks;       // there is a thread that shows the time
} line = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void clear(void)
{
    if (line.shown)
        fputs("\r\033[K", stderr);
    line.shown = false;
}

static void wait_a_little(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 200 * MILLISECOND;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_cond_timedwait(&line.changed, &line.lock, &until);
}

// Shows for how long a step goes on.
static void *tick(void *context)
{
    enum { PATIENCE = 500 };
    pthread_mutex_lock(&line.lock);
    for (;;) {
        if (!line.step)
            pthread_cond_wait(&line.changed, &line.lock);
        else
            wait_a_little();
        int64_t took = line.step ? job_now() - line.since : 0;
        if (took < PATIENCE * MILLISECOND)
            continue;
        fprintf(stderr, "\r%s %.1fs\033[K", line.step, (double)took / 1e9);
        fflush(stderr);
        line.shown = true;
    }
    pthread_mutex_unlock(&line.lock);
    return context;
}

static void begin_step(const char *step)
{
    pthread_t thread;
    if (!line.step || line.step != step)
        line.since = job_now();
    line.step = step;
    if (!line.ticks && thread_start(&thread, tick, NULL)) {
        pthread_detach(thread);
        line.ticks = true;
    }
    pthread_cond_signal(&line.changed);
}

static void put(const struct job_progress *p)
{
    fprintf(stderr, "\r%s %" PRIu64, p->stage, p->done);
    if (p->n)
        fprintf(stderr, " of %" PRIu64, p->n);
    fprintf(stderr, " %s\033[K", p->what);
    line.shown = true;
}

static void show_count(const struct job_progress *progress)
{
    enum { PAUSE = 100 };
    if (job_now() - line.last < PAUSE * MILLISECOND)
        return;
    if (line.last)
        put(progress);
    line.last = job_now();
}

void progress_show(void *context, const struct job_progress *progress)
{
    (void)context;
    if (!isatty(STDERR_FILENO))
        return;
    pthread_mutex_lock(&line.lock);
    bool is_step = progress->n == 0 && progress->done == 1 && !*progress->what;
    if (progress->done == progress->n) {
        clear();
        line.last = 0;
        line.step = NULL;
    } else if (is_step) {
        begin_step(progress->stage);
    } else {
        line.step = NULL;
        show_count(progress);
    }
    fflush(stderr);
    pthread_mutex_unlock(&line.lock);
}

void progress_hold(void)
{
    pthread_mutex_lock(&line.lock);
    clear();
}

void progress_let_go(void)
{
    pthread_mutex_unlock(&line.lock);
}
