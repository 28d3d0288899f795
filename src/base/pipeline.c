// SPDX-License-Identifier: Apache-2.0
#include "base/pipeline.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/pool.h"
#include "base/xalloc.h"

enum { WORKERS_MAX = (PIPELINE_SLOTS_MAX - 2) / 2 };

enum state {
    BUSY,    // or not begun, or free
    PASSING, // a part is to be taken, then work goes on
    DONE,
};

struct pipeline {
    struct pipeline_calls calls;
    pthread_t owner;
    unsigned n_slots, n_workers;
    struct pool_task workers;

    // Pieces, ever: handed in, begun by some thread, taken. Under the lock.
    unsigned pushed, begun, taken;
    enum state states[PIPELINE_SLOTS_MAX];
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

struct pipeline *pipeline_new(const struct pipeline_calls *calls, const struct job *job)
{
    struct pipeline *p = xcalloc(1, sizeof *p);
    unsigned others = parallel_threads(job) - 1;
    p->calls = *calls;
    p->owner = pthread_self();
    p->n_workers = others < WORKERS_MAX ? others : WORKERS_MAX;
    p->n_slots = others ? 2 * p->n_workers + 2 : 1;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->changed, NULL);
    return p;
}

void pipeline_keep_few(struct pipeline *p)
{
    if (p->n_workers)
        p->n_slots = p->n_workers + 3;
}

static void set_state(struct pipeline *p, unsigned slot, enum state state)
{
    p->states[slot] = state;
    pthread_cond_broadcast(&p->changed);
}

// Does one piece that was begun; called and left with the lock.
static void do_piece(struct pipeline *p, unsigned slot)
{
    pthread_mutex_unlock(&p->lock);
    p->calls.work(p->calls.context, slot);
    pthread_mutex_lock(&p->lock);
    set_state(p, slot, DONE);
}

static void work(void *context)
{
    struct pipeline *p = context;
    pthread_mutex_lock(&p->lock);
    while (!p->stop) {
        if (p->begun != p->pushed)
            do_piece(p, p->begun++ % p->n_slots);
        else
            pthread_cond_wait(&p->changed, &p->lock);
    }
    pthread_mutex_unlock(&p->lock);
}

// Called and left with the lock.
static void take_oldest(struct pipeline *p, unsigned slot)
{
    bool done = p->states[slot] == DONE;
    pthread_mutex_unlock(&p->lock);
    p->calls.take(p->calls.context, slot);
    pthread_mutex_lock(&p->lock);
    set_state(p, slot, BUSY);
    p->taken += done;
}

// Takes the oldest piece or, if it is not ready, does one that nobody has begun.
static void advance(struct pipeline *p, bool may_work)
{
    unsigned oldest = p->taken % p->n_slots;
    pthread_mutex_lock(&p->lock);
    while (p->states[oldest] == BUSY && !(may_work && p->begun != p->pushed))
        pthread_cond_wait(&p->changed, &p->lock);
    if (p->states[oldest] == BUSY)
        do_piece(p, p->begun++ % p->n_slots);
    else
        take_oldest(p, oldest);
    pthread_mutex_unlock(&p->lock);
}

unsigned pipeline_next(struct pipeline *p)
{
    while (p->pushed - p->taken == p->n_slots)
        advance(p, true);
    return p->pushed % p->n_slots;
}

void pipeline_push(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    p->pushed++;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    if (p->pushed != p->n_workers + 1)
        return;
    p->workers = (struct pool_task){.run = work, .context = p};
    pool_ask(&p->workers, p->n_workers);
}

void pipeline_pass_on(struct pipeline *p, unsigned slot)
{
    if (pthread_equal(pthread_self(), p->owner)) {
        while (p->taken % p->n_slots != slot)
            advance(p, false);
        p->calls.take(p->calls.context, slot);
        return;
    }
    pthread_mutex_lock(&p->lock);
    set_state(p, slot, PASSING);
    while (p->states[slot] == PASSING && !p->stop)
        pthread_cond_wait(&p->changed, &p->lock);
    pthread_mutex_unlock(&p->lock);
}

void pipeline_drain(struct pipeline *p)
{
    while (p->taken != p->pushed)
        advance(p, true);
}

void pipeline_free(struct pipeline *p)
{
    pthread_mutex_lock(&p->lock);
    p->stop = true;
    pthread_cond_broadcast(&p->changed);
    pthread_mutex_unlock(&p->lock);
    pool_dismiss(&p->workers);
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->changed);
    free(p);
}
