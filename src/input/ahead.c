// SPDX-License-Identifier: Apache-2.0
#include "input/ahead.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/populate.h"
#include "base/thread.h"
#include "base/xalloc.h"
#include "input/window.h"

enum {
    START = 1 << 20, // bytes that are read without a thread
    CHUNKS = 6,
    CHUNK = 256 << 10,
    HEADROOM = 4 << 10, // before each chunk, for what is left of the one before
    AHEAD = 2,          // chunks that the reader has left while the thread does other things
};

struct chunk {
    unsigned char *memory; // the headroom and the bytes
    size_t n;
};

struct ahead {
    struct stream base;
    struct stream *in;
    uint64_t passed;
    struct window window; // of what does not fit into a chunk's headroom
    bool threaded;
    pthread_t thread;

    // The thread fills chunks and the reader takes them, in turns; these are under the lock.
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct chunk chunks[CHUNKS];
    unsigned filled, taken, given_back; // how many, ever
    struct populate populate;
    bool ended, stop;
    int status; // of the stream, where it ended
    struct err err;
};

static struct chunk *chunk_at(struct ahead *a, unsigned i)
{
    return &a->chunks[i % CHUNKS];
}

// The next chunk to fill, or NULL where nobody wants more.
static struct chunk *chunk_to_fill(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    struct span memory;
    while (!a->stop) {
        if (a->filled - a->taken >= AHEAD && populate_begin(&a->populate, &memory)) {
            pthread_mutex_unlock(&a->lock);
            arena_populate(memory);
            pthread_mutex_lock(&a->lock);
        } else if (a->filled - a->given_back == CHUNKS) {
            pthread_cond_wait(&a->changed, &a->lock);
        } else {
            break;
        }
    }
    struct chunk *chunk = a->stop ? NULL : chunk_at(a, a->filled);
    pthread_mutex_unlock(&a->lock);
    return chunk;
}

// Before a fault there may be some bytes.
static void hand_over(struct ahead *a, const struct chunk *chunk, int status)
{
    pthread_mutex_lock(&a->lock);
    a->filled += chunk->n > 0;
    a->ended = status || chunk->n == 0;
    a->status = status;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

static int fill(struct chunk *chunk, struct stream *in, struct err *err)
{
    if (!chunk->memory)
        chunk->memory = xmalloc(HEADROOM + CHUNK);
    if (stream_have(in) == 0 && in->into)
        return in->into(in, chunk->memory + HEADROOM, CHUNK, &chunk->n, err);
    int status = stream_need(in, 1, err);
    chunk->n = stream_have(in) < CHUNK ? stream_have(in) : CHUNK;
    memcpy(chunk->memory + HEADROOM, in->at, chunk->n);
    in->at += chunk->n;
    return status;
}

static void *read_ahead(void *context)
{
    struct ahead *a = context;
    struct chunk *chunk;
    int status = 0;
    while (status == 0 && (chunk = chunk_to_fill(a))) {
        status = fill(chunk, a->in, &a->err);
        hand_over(a, chunk, status);
        if (chunk->n == 0)
            break;
    }
    return NULL;
}

// The next chunk that is filled, or NULL at the end. The one before goes back.
static struct chunk *next_chunk(struct ahead *a)
{
    struct chunk *chunk = NULL;
    pthread_mutex_lock(&a->lock);
    while (!a->ended && a->taken == a->filled)
        pthread_cond_wait(&a->changed, &a->lock);
    if (a->taken != a->filled)
        chunk = chunk_at(a, a->taken++);
    pthread_mutex_unlock(&a->lock);
    return chunk;
}

// Gives back all chunks but the last n that were taken.
static void give_back(struct ahead *a, unsigned n)
{
    pthread_mutex_lock(&a->lock);
    a->given_back = a->taken - n;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
}

// Puts the rest of the window before the chunk.
static void join_in_chunk(struct ahead *a, struct chunk *chunk)
{
    size_t have = stream_have(&a->base);
    unsigned char *at = chunk->memory + HEADROOM - have;
    if (have)
        memcpy(at, a->base.at, have);
    a->base.at = at;
    a->base.end = chunk->memory + HEADROOM + chunk->n;
    give_back(a, 1);
}

// Puts the chunk after the rest, which is long, in memory of its own.
static void join_in_window(struct ahead *a, const struct chunk *chunk)
{
    struct window *w = &a->window;
    size_t have = stream_have(&a->base), need = have + chunk->n;
    struct window old = *w;
    if (w->cap < need)
        *w = (struct window){xmalloc(2 * need), 2 * need};
    memmove(w->bytes, a->base.at, have);
    memcpy(w->bytes + have, chunk->memory + HEADROOM, chunk->n);
    if (old.bytes != w->bytes)
        window_release(&old);
    a->base.at = w->bytes;
    a->base.end = w->bytes + need;
    give_back(a, 0);
}

static int more_from_thread(struct ahead *a, uint64_t want, struct err *err)
{
    while (stream_have(&a->base) < want) {
        struct chunk *chunk = next_chunk(a);
        if (!chunk) {
            if (a->status)
                *err = a->err;
            return a->status;
        }
        if (stream_have(&a->base) <= HEADROOM)
            join_in_chunk(a, chunk);
        else
            join_in_window(a, chunk);
    }
    return 0;
}

static int more_from_stream(struct ahead *a, uint64_t want, struct err *err)
{
    a->passed += (uint64_t)(a->base.at - a->in->at);
    a->in->at = a->base.at;
    if (a->passed >= START && thread_start(&a->thread, read_ahead, a)) {
        a->threaded = true;
        pthread_mutex_lock(&a->lock);
        a->populate.served = true;
        pthread_mutex_unlock(&a->lock);
        a->base.at = a->base.end = NULL;
        return more_from_thread(a, want, err);
    }
    int status = stream_need(a->in, want, err);
    a->base.at = a->in->at;
    a->base.end = a->in->end;
    return status;
}

static int ahead_more(struct stream *r, uint64_t want, struct err *err)
{
    struct ahead *a = (struct ahead *)r;
    return a->threaded ? more_from_thread(a, want, err) : more_from_stream(a, want, err);
}

struct stream *ahead_stream_new(struct stream *in)
{
    struct ahead *a = xcalloc(1, sizeof *a);
    a->base =
        (struct stream){.at = in->at, .end = in->end, .more = ahead_more, .populate = &a->populate};
    a->populate = (struct populate){.lock = &a->lock, .changed = &a->changed};
    a->in = in;
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->changed, NULL);
    return &a->base;
}

static void stop(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    a->stop = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->lock);
    pthread_join(a->thread, NULL);
}

void ahead_stream_free(struct stream *r)
{
    if (!r)
        return;
    struct ahead *a = (struct ahead *)r;
    if (a->threaded)
        stop(a);
    for (unsigned i = 0; i < CHUNKS; i++)
        free(a->chunks[i].memory);
    window_release(&a->window);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->changed);
    free(a);
}
