// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_HASH_H
#define CPROF_BASE_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Hashes with a seed drawn once per run, so that no input can be built to collide. Nothing that is
// printed may depend on them.
uint64_t hash_bytes(const void *bytes, size_t n);
uint64_t hash_u64(uint64_t value);

#define HASH_NONE UINT32_MAX

// All that an index keeps of a hash, and a hash that is as good to it.
static inline uint32_t hash_tag(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint64_t hash_of_tag(uint32_t tag)
{
    return (uint64_t)tag << 32;
}

// Finds entries that live elsewhere, in an array of the caller's, by the hash of their keys.
// All zeros is empty; released with hash_release.
struct hash_index {
    struct hash_slot {
        uint32_t entry; // HASH_NONE: free
        uint32_t tag;   // the upper half of the hash, which settles nearly every comparison
    } * slots;
    size_t cap, n;
};

// Whether the entry has this key.
typedef bool (*hash_eq_fn)(const void *context, uint32_t entry, const void *key);

void hash_release(struct hash_index *h);

// The entry whose key equals this one, or HASH_NONE.
uint32_t hash_find(const struct hash_index *h, uint64_t hash, hash_eq_fn eq, const void *context,
                   const void *key);

// To look up several keys at once, up to HASH_AT_ONCE: brings near what hash_find reads, and gives
// the entry that each has if it has one, which only hash_find makes sure of. One by one, most of
// the time would go into waiting for memory.
enum { HASH_AT_ONCE = 32 };
void hash_prefetch(const struct hash_index *h, uint64_t hash);
void hash_guess(const struct hash_index *h, const uint64_t *hashes, uint32_t n, uint32_t *guesses);

// As hash_find for a key of which hash_guess made a guess since when nothing was added.
static inline uint32_t hash_find_guessed(const struct hash_index *h, uint64_t hash, uint32_t guess,
                                         hash_eq_fn eq, const void *context, const void *key)
{
    return guess == HASH_NONE || eq(context, guess, key) ? guess
                                                         : hash_find(h, hash, eq, context, key);
}

// Makes room for more entries at once.
void hash_reserve(struct hash_index *h, size_t more);

// Adds an entry that is not there yet.
void hash_add(struct hash_index *h, uint64_t hash, uint32_t entry);

#endif
