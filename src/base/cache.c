// SPDX-License-Identifier: Apache-2.0
#include "base/cache.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/xalloc.h"

enum { ENTRIES_MAX = 64 };

struct entry {
    struct buf key;
    void *object; // NULL: the place is free
    size_t size;
    void (*free_object)(void *object);
    unsigned holds;
    uint64_t used; // when, by the count of all uses
};

struct cache {
    pthread_mutex_t lock;
    size_t size, size_max;
    uint64_t uses;
    struct entry entries[ENTRIES_MAX];
};

struct cache *cache_new(size_t bytes_max)
{
    struct cache *c = xcalloc(1, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    c->size_max = bytes_max;
    return c;
}

static void remove_entry(struct cache *c, struct entry *e)
{
    e->free_object(e->object);
    buf_release(&e->key);
    c->size -= e->size;
    *e = (struct entry){0};
}

void cache_free(struct cache *c)
{
    for (int i = 0; c && i < ENTRIES_MAX; i++)
        if (c->entries[i].object)
            remove_entry(c, &c->entries[i]);
    if (c)
        pthread_mutex_destroy(&c->lock);
    free(c);
}

static struct entry *find(struct cache *c, struct span key)
{
    for (int i = 0; i < ENTRIES_MAX; i++)
        if (c->entries[i].object && span_eq(buf_span(&c->entries[i].key), key))
            return &c->entries[i];
    return NULL;
}

const void *cache_hold(struct cache *c, struct span key)
{
    pthread_mutex_lock(&c->lock);
    struct entry *e = find(c, key);
    const void *object = e ? e->object : NULL;
    if (e) {
        e->holds++;
        e->used = ++c->uses;
    }
    pthread_mutex_unlock(&c->lock);
    return object;
}

void cache_drop(struct cache *c, const void *object)
{
    pthread_mutex_lock(&c->lock);
    for (int i = 0; i < ENTRIES_MAX; i++)
        if (c->entries[i].object == object)
            c->entries[i].holds--;
    pthread_mutex_unlock(&c->lock);
}

// A place for so much, or NULL: what is held cannot make room.
static struct entry *make_room(struct cache *c, size_t size)
{
    for (;;) {
        struct entry *place = NULL, *oldest = NULL;
        for (int i = 0; i < ENTRIES_MAX; i++) {
            struct entry *e = &c->entries[i];
            if (!e->object)
                place = e;
            else if (!e->holds && (!oldest || e->used < oldest->used))
                oldest = e;
        }
        if (place && c->size + size <= c->size_max)
            return place;
        if (!oldest)
            return NULL;
        remove_entry(c, oldest);
    }
}

void cache_put(struct cache *c, struct span key, void *object, size_t size,
               void (*free_object)(void *object))
{
    struct entry *place = NULL;
    pthread_mutex_lock(&c->lock);
    if (size <= c->size_max && !find(c, key)) // another thread may have kept it meanwhile
        place = make_room(c, size);
    if (place) {
        *place = (struct entry){
            .object = object, .size = size, .free_object = free_object, .used = ++c->uses};
        buf_add(&place->key, key);
        c->size += size;
    }
    pthread_mutex_unlock(&c->lock);
    if (!place)
        free_object(object);
}
