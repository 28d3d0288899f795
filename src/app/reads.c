// SPDX-License-Identifier: Apache-2.0
#include "app/reads.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/xalloc.h"

enum { WORKERS_MAX = 8 };

struct slot {
    struct profile profile;
    bool done;
    int status;
    struct err err;
};

struct reads {
    read_fn read;
    read_ahead_fn may_read_ahead;
    void *context;
    size_t n;
    unsigned n_slots, n_workers;
    struct slot *slots;
    pthread_t workers[WORKERS_MAX];

    // Under the lock, as is each slot's done. Only who takes them changes taken.
    size_t begun, taken;
    bool stop;
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static struct slot *slot_at(struct reads *r, size_t i)
{
    return &r->slots[i % r->n_slots];
}

static bool can_begin(struct reads *r)
{
    return r->begun - r->taken < r->n_slots && r->may_read_ahead(r->context, r->begun);
}

static bool is_over(const struct reads *r)
{
    return r->stop || r->begun == r->n;
}

// Reads the next one into its slot. Called under the lock, which is open meanwhile.
static void read_one(struct reads *r)
{
    size_t i = r->begun++;
    struct slot *s = slot_at(r, i);
    pthread_mutex_unlock(&r->lock);
    s->status = r->read(r->context, i, &s->profile, &s->err);
    pthread_mutex_lock(&r->lock);
    s->done = true;
    pthread_cond_broadcast(&r->changed);
}

static void *work(void *context)
{
    struct reads *r = context;
    pthread_mutex_lock(&r->lock);
    while (!is_over(r))
        if (can_begin(r))
            read_one(r);
        else
            pthread_cond_wait(&r->changed, &r->lock);
    pthread_mutex_unlock(&r->lock);
    return NULL;
}

struct reads *reads_new(size_t n, read_fn read, read_ahead_fn may_read_ahead, void *context,
                        const struct job *job)
{
    struct reads *r = xcalloc(1, sizeof *r);
    unsigned workers = parallel_threads(job) - 1;
    workers = workers < WORKERS_MAX ? workers : WORKERS_MAX;
    workers = workers < n ? workers : (unsigned)n;
    *r = (struct reads){.read = read,
                        .may_read_ahead = may_read_ahead,
                        .context = context,
                        .n = n,
                        .n_slots = workers + 1};
    r->slots = xcalloc(r->n_slots, sizeof *r->slots);
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->changed, NULL);
    while (r->n_workers < workers && parallel_start(&r->workers[r->n_workers], work, r))
        r->n_workers++;
    return r;
}

// Instead of waiting, what comes after is read.
int reads_next(struct reads *r, struct profile *out, struct err *err)
{
    struct slot *s = slot_at(r, r->taken);
    pthread_mutex_lock(&r->lock);
    while (!s->done)
        if (r->begun == r->taken || (!is_over(r) && can_begin(r)))
            read_one(r);
        else
            pthread_cond_wait(&r->changed, &r->lock);
    int status = s->status;
    if (status == 0)
        *out = s->profile;
    else
        *err = s->err;
    s->done = false;
    r->taken++;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    return status;
}

void reads_free(struct reads *r)
{
    pthread_mutex_lock(&r->lock);
    r->stop = true;
    pthread_cond_broadcast(&r->changed);
    pthread_mutex_unlock(&r->lock);
    for (unsigned i = 0; i < r->n_workers; i++)
        pthread_join(r->workers[i], NULL);
    for (size_t i = r->taken; i < r->begun; i++)
        if (slot_at(r, i)->status == 0)
            profile_release(&slot_at(r, i)->profile);
    pthread_mutex_destroy(&r->lock);
    pthread_cond_destroy(&r->changed);
    free(r->slots);
    free(r);
}
