// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_CACHE_H
#define CPROF_BASE_CACHE_H

#include "base/buf.h"
#include "base/span.h"

// A store of what takes time to work out and may be wanted again: objects that never change, found
// by a key of bytes. It is bounded: what was not wanted for the longest time makes room. Any number
// of threads may use it at once.
struct cache;

struct cache *cache_new(size_t bytes_max);
void cache_free(struct cache *c); // nothing is held any more; may be NULL

// The object, which stays until it is dropped as often as it was held; NULL where there is none.
const void *cache_hold(struct cache *c, struct span key);
void cache_drop(struct cache *c, const void *object);

// Takes the object over, which is so large and released by free_object; it may be gone at once.
void cache_put(struct cache *c, struct span key, void *object, size_t size,
               void (*free_object)(void *object));

// A part of a store: the keys of one subject begin with the same bytes.
struct memo {
    struct cache *cache;
    struct span subject;
};

// Starts a key of the part.
static inline void memo_key(const struct memo *m, const char *what, struct buf *key)
{
    buf_add(key, m->subject);
    buf_add(key, span_of(what));
    buf_addc(key, '\0');
}

#endif
