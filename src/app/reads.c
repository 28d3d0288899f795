// SPDX-License-Identifier: Apache-2.0
#include "app/reads.h"

#include "base/pipeline.h"
#include "base/thread.h"
#include "base/xalloc.h"

enum { MANY = 8 }; // files

struct slot {
    size_t index;
    bool among_others; // that are read at the same time
    struct profile profile;
    struct table_sizes sizes; // of the last that was taken, then its own
    int status;
    struct err err;
};

struct run {
    const struct reads *reads;
    const struct job *job;
    struct err *err;
    atomic_bool failed;
    struct table_sizes sizes; // of the last that was taken
    struct slot slots[PIPELINE_SLOTS_MAX];
};

static void read_one(void *context, unsigned slot)
{
    struct run *run = context;
    struct slot *s = &run->slots[slot];
    bool several = thread_is_one_of_several();
    thread_set_one_of_several(several || s->among_others);
    s->status = atomic_load(&run->failed) ? -1 : job_check(run->job, &s->err);
    if (s->status == 0)
        s->status =
            run->reads->read(run->reads->context, s->index, &s->sizes, &s->profile, &s->err);
    thread_set_one_of_several(several);
}

static void take_one(void *context, unsigned slot)
{
    struct run *run = context;
    struct slot *s = &run->slots[slot];
    struct profile *p = s->status ? NULL : &s->profile;
    if (!atomic_load(&run->failed)) {
        bool bad = job_check(run->job, &s->err) ||
                   run->reads->take(run->reads->context, s->index, p, &s->err);
        if (bad)
            *run->err = s->err;
        atomic_store(&run->failed, bad);
    }
    if (p)
        profile_release(p);
    run->sizes = s->sizes;
}

static bool make_ready(struct run *run, size_t index)
{
    struct err err;
    int status = run->reads->next(run->reads->context, index, &err);
    if (status < 0 && !atomic_load(&run->failed)) {
        *run->err = err;
        atomic_store(&run->failed, true);
    }
    return status > 0;
}

// With all threads for this one.
static void read_alone(struct run *run, unsigned slot)
{
    read_one(run, slot);
    take_one(run, slot);
}

// Of the first files nothing is known. Room that is not used costs nothing, tables that grow do.
static const struct table_sizes usual = {.strings = 32 << 10,
                                         .samples = 32 << 10,
                                         .frames = 768 << 10,
                                         .locations = 64 << 10,
                                         .lines = 96 << 10,
                                         .functions = 32 << 10};

int reads_run(const struct reads *reads, const struct job *job, struct err *err)
{
    struct run run = {.reads = reads, .job = job, .err = err};
    struct pipeline_calls calls = {read_one, take_one, &run};
    if (reads->n >= MANY) {
        xalloc_share();
        run.sizes = usual;
    }
    struct pipeline *pipeline = pipeline_new(&calls, job);
    pipeline_keep_few(pipeline);
    for (size_t i = 0; i < reads->n && !atomic_load(&run.failed); i++) {
        if (i == MANY)
            xalloc_keep();
        bool ahead = reads->may_read_ahead(reads->context, i);
        if (!ahead)
            pipeline_drain(pipeline);
        unsigned slot = pipeline_next(pipeline);
        if (reads->next && !make_ready(&run, i))
            break;
        run.slots[slot].index = i;
        run.slots[slot].sizes = run.sizes;
        run.slots[slot].among_others = ahead && reads->n >= MANY;
        if (ahead)
            pipeline_push(pipeline);
        else
            read_alone(&run, slot);
    }
    pipeline_drain(pipeline);
    pipeline_free(pipeline);
    return atomic_load(&run.failed) ? -1 : 0;
}
