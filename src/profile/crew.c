// SPDX-License-Identifier: Apache-2.0
#include "profile/crew.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/parallel.h"
#include "base/pipeline.h"
#include "base/populate.h"
#include "base/thread.h"
#include "base/xalloc.h"

enum { BATCHES = 64 };

// What one thread maps at a time.
struct piece {
    struct batch batches[BATCHES];
};

struct crew {
    pthread_mutex_t lock;
    struct populate populate; // under the lock
    const struct crew_calls *calls;
    struct intake *s;
    int status;
    struct piece pieces[PIPELINE_SLOTS_MAX];
};

static bool begin_to_populate(struct crew *c, struct span *memory)
{
    pthread_mutex_lock(&c->lock);
    bool some = populate_begin(&c->populate, memory);
    pthread_mutex_unlock(&c->lock);
    return some;
}

static struct crew *crew_new(struct intake *s, const struct crew_calls *calls)
{
    struct crew *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->populate = (struct populate){.lock = &c->lock, .served = true};
    c->calls = calls;
    c->s = s;
    s->m->out.arena->populate = &c->populate;
    return c;
}

static void crew_free(struct crew *c)
{
    c->s->m->out.arena->populate = NULL;
    pthread_mutex_destroy(&c->lock);
    for (unsigned i = 0; i < PIPELINE_SLOTS_MAX; i++)
        for (uint32_t k = 0; k < BATCHES; k++)
            batch_release(&c->pieces[i].batches[k]);
    free(c);
}

static void map_piece(void *context, unsigned slot)
{
    struct crew *c = context;
    struct span memory;
    while (thread_is_one_of_several() && begin_to_populate(c, &memory))
        arena_populate(memory);
    for (uint32_t i = 0; i < BATCHES; i++)
        batch_map(&c->pieces[slot].batches[i], c->s);
}

static void merge_piece(void *context, unsigned slot)
{
    struct crew *c = context;
    for (uint32_t i = 0; i < BATCHES && c->status == 0; i++)
        c->status = c->calls->merge(c->calls->context, &c->pieces[slot].batches[i]);
}

// What others read of the tables that map to the sum's is not changed any more.
static bool take_piece(struct crew *c, struct piece *piece)
{
    for (uint32_t i = 0; i < BATCHES; i++) {
        c->calls->take(c->calls->context, &piece->batches[i]);
        batch_look_ahead(&piece->batches[i], c->s);
        batch_make_known(&piece->batches[i], c->s);
    }
    return piece->batches[0].n > 0;
}

bool crew_wanted(const struct intake *s)
{
    enum { MANY = 1 << 17 };
    return s->p->n_samples >= MANY && parallel_threads(s->m->job) > 1;
}

int crew_run(struct intake *s, const struct crew_calls *calls)
{
    struct crew *c = crew_new(s, calls);
    struct pipeline *pipeline =
        pipeline_new(&(struct pipeline_calls){map_piece, merge_piece, c}, s->m->job);
    while (c->status == 0 && take_piece(c, &c->pieces[pipeline_next(pipeline)]))
        pipeline_push(pipeline);
    pipeline_drain(pipeline);
    pipeline_free(pipeline);
    int status = c->status;
    crew_free(c);
    return status;
}
