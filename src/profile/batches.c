// SPDX-License-Identifier: Apache-2.0
#include "profile/batches.h"

#include <stdlib.h>

#include "base/parallel.h"
#include "base/xalloc.h"

enum {
    SIZE = 64 << 10, // of a batch's messages: with what comes of them they fit a core's cache
    SLACK = 8,       // behind them, for reading by words
    WORKERS_MAX = 4, // more would wait for whoever hands out the work
    PER_WORKER = 3,
};

// Messages, a length before each, and what comes of them.
struct batch {
    unsigned char *bytes;
    size_t n;
    struct arena arena;
    struct columns columns;
    bool done;
    int status;
    struct err err;
};

struct batches {
    struct columns *into;
    unsigned n_slots, n_workers;
    struct batch *slots;
    pthread_t workers[WORKERS_MAX];

    // How many batches, ever: full, begun by some thread, in the columns. Under the lock, as is
    // each batch's done.
    unsigned full, begun, appended;
    bool stop;
    bool failed; // the first fault was told
    pthread_mutex_t lock;
    pthread_cond_t changed;
};

static struct batch *slot(struct batches *b, unsigned i)
{
    return &b->slots[i % b->n_slots];
}

static void decode(struct batch *batch)
{
    const unsigned char *at = batch->bytes, *end = at + batch->n;
    for (uint32_t n; batch->status == 0 && at < end; at += n) {
        memcpy(&n, at, sizeof n);
        at += sizeof n;
        struct wire w = {at, at + n, end + SLACK};
        batch->status = message_sample(&batch->columns, w, &batch->err);
    }
}

static void finish_one(struct batches *b, struct batch *batch)
{
    decode(batch);
    pthread_mutex_lock(&b->lock);
    batch->done = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
}

static void *work(void *context)
{
    struct batches *b = context;
    for (;;) {
        pthread_mutex_lock(&b->lock);
        while (!b->stop && b->begun == b->full)
            pthread_cond_wait(&b->changed, &b->lock);
        struct batch *batch = b->stop ? NULL : slot(b, b->begun++);
        pthread_mutex_unlock(&b->lock);
        if (!batch)
            return NULL;
        finish_one(b, batch);
    }
}

struct batches *batches_new(struct columns *into)
{
    unsigned n = parallel_threads() - 1;
    if (n == 0)
        return NULL;
    struct batches *b = xcalloc(1, sizeof *b);
    b->into = into;
    n = n < WORKERS_MAX ? n : WORKERS_MAX;
    b->n_slots = n * PER_WORKER + 1;
    b->slots = xcalloc(b->n_slots, sizeof *b->slots);
    for (unsigned i = 0; i < b->n_slots; i++)
        b->slots[i].bytes = xcalloc(1, SIZE + SLACK);
    pthread_mutex_init(&b->lock, NULL);
    pthread_cond_init(&b->changed, NULL);
    while (b->n_workers < n && parallel_start(&b->workers[b->n_workers], work, b))
        b->n_workers++;
    return b;
}

static void append_frames(struct columns *to, const struct columns *from)
{
    vec_room(to->arena, &to->frames, from->frames.n);
    uint32_t *frames = to->frames.at + to->frames.n;
    if (from->frames.n)
        memcpy(frames, from->frames.at, from->frames.n * sizeof *frames);
    to->frames.n += from->frames.n;
    if (from->wide_ids.n == 0)
        return;
    for (size_t i = 0; i < from->frames.n; i++)
        if (frames[i] >= WIDE_ID_FIRST && frames[i] != ID_ZERO)
            frames[i] += (uint32_t)to->wide_ids.n;
    for (size_t i = 0; i < from->wide_ids.n; i++)
        *vec_push(to->arena, &to->wide_ids) = from->wide_ids.at[i];
}

static void append_counts(struct columns *to, const struct columns *from)
{
    if (to->samples.n == 0)
        to->n_values = from->n_values;
    if (to->uneven)
        return;
    if (from->n_values != to->n_values) {
        to->uneven = true;
        to->uneven_sample = (uint32_t)to->samples.n;
        to->uneven_values = from->n_values;
    } else if (from->uneven) {
        to->uneven = true;
        to->uneven_sample = (uint32_t)to->samples.n + from->uneven_sample;
        to->uneven_values = from->uneven_values;
    }
}

static void append_samples(struct columns *to, const struct columns *from)
{
    vec_room(to->arena, &to->samples, from->samples.n);
    struct sample *samples = to->samples.at + to->samples.n;
    for (size_t i = 0; i < from->samples.n; i++) {
        samples[i] = from->samples.at[i];
        samples[i].frame += (uint32_t)to->frames.n;
        samples[i].label += (uint32_t)to->labels.n;
        samples[i].row += (uint32_t)to->samples.n;
    }
    to->samples.n += from->samples.n;
}

static void append_values(struct columns *to, const struct columns *from)
{
    vec_room(to->arena, &to->values, from->values.n);
    memcpy(to->values.at + to->values.n, from->values.at, from->values.n * sizeof(int64_t));
    to->values.n += from->values.n;
    vec_room(to->arena, &to->labels, from->labels.n);
    if (from->labels.n)
        memcpy(to->labels.at + to->labels.n, from->labels.at,
               from->labels.n * sizeof *from->labels.at);
    to->labels.n += from->labels.n;
}

// Puts what came of a batch behind what came of those before it.
static int append(struct columns *to, struct batch *batch, struct err *err)
{
    const struct columns *from = &batch->columns;
    if (batch->status) {
        *err = batch->err;
        return -1;
    }
    if (message_room_for(to, from->frames.n, from->values.n, from->labels.n, from->wide_ids.n, err))
        return -1;
    append_counts(to, from);
    append_samples(to, from);
    append_frames(to, from);
    append_values(to, from);
    return 0;
}

static void clear(struct batch *batch)
{
    struct columns *c = &batch->columns;
    batch->n = 0;
    batch->done = false;
    c->samples.n = c->frames.n = c->values.n = c->labels.n = c->wide_ids.n = 0;
    c->uneven = false;
    c->arena = &batch->arena;
}

// Waits for the batch that comes next into the columns, or decodes it where nobody else has begun.
static struct batch *oldest(struct batches *b)
{
    struct batch *batch = slot(b, b->appended);
    pthread_mutex_lock(&b->lock);
    bool mine = b->begun == b->appended;
    b->begun += mine;
    while (!mine && !batch->done)
        pthread_cond_wait(&b->changed, &b->lock);
    pthread_mutex_unlock(&b->lock);
    if (mine)
        decode(batch);
    return batch;
}

static int append_oldest(struct batches *b, struct err *err)
{
    struct batch *batch = oldest(b);
    b->failed = append(b->into, batch, err) != 0;
    clear(batch);
    b->appended++;
    return b->failed ? -1 : 0;
}

static bool oldest_is_done(struct batches *b)
{
    pthread_mutex_lock(&b->lock);
    bool done = b->appended < b->full && slot(b, b->appended)->done;
    pthread_mutex_unlock(&b->lock);
    return done;
}

// Hands out the batch that was filled and makes room for another.
static int hand_out(struct batches *b, struct err *err)
{
    pthread_mutex_lock(&b->lock);
    b->full++;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    while (b->full - b->appended == b->n_slots || oldest_is_done(b))
        if (append_oldest(b, err))
            return -1;
    return 0;
}

int batches_add(struct batches *b, struct wire sample, struct err *err)
{
    uint32_t n = (uint32_t)(sample.end - sample.at);
    struct batch *batch = slot(b, b->full);
    if ((size_t)(sample.end - sample.at) > SIZE - sizeof n)
        return batches_finish(b, err) ? -1 : message_sample(b->into, sample, err);
    if (batch->n + sizeof n + n > SIZE) {
        if (hand_out(b, err))
            return -1;
        batch = slot(b, b->full);
    }
    if (batch->n == 0)
        clear(batch);
    memcpy(batch->bytes + batch->n, &n, sizeof n);
    memcpy(batch->bytes + batch->n + sizeof n, sample.at, n);
    batch->n += sizeof n + n;
    return 0;
}

int batches_finish(struct batches *b, struct err *err)
{
    if (!b->failed && slot(b, b->full)->n && hand_out(b, err))
        return -1;
    while (!b->failed && b->appended < b->full)
        if (append_oldest(b, err))
            return -1;
    return 0;
}

void batches_free(struct batches *b)
{
    if (!b)
        return;
    pthread_mutex_lock(&b->lock);
    b->stop = true;
    pthread_cond_broadcast(&b->changed);
    pthread_mutex_unlock(&b->lock);
    for (unsigned i = 0; i < b->n_workers; i++)
        pthread_join(b->workers[i], NULL);
    for (unsigned i = 0; i < b->n_slots; i++) {
        free(b->slots[i].bytes);
        arena_release(&b->slots[i].arena);
    }
    pthread_mutex_destroy(&b->lock);
    pthread_cond_destroy(&b->changed);
    free(b->slots);
    free(b);
}
