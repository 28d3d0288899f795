// SPDX-License-Identifier: Apache-2.0
#include "base/hash.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

static uint64_t seed[2] = {0x9e3779b97f4a7c15u, 0xd6e8feb86659fd93u};

__attribute__((constructor)) static void draw_seed(void)
{
    uint64_t drawn[2];
    if (getentropy(drawn, sizeof drawn) == 0) {
        seed[0] ^= drawn[0];
        seed[1] ^= drawn[1];
    }
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t hash_u64(uint64_t value)
{
    return mix(value ^ seed[0], seed[1] | 1);
}

// Two words at a time, as wyhash: https://github.com/wangyi-fudan/wyhash
uint64_t hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    uint64_t hash = seed[0] ^ n, words[2];
    for (; n >= sizeof words; n -= sizeof words, at += sizeof words) {
        memcpy(words, at, sizeof words);
        hash = mix(words[0] ^ seed[1], words[1] ^ hash) + seed[0];
    }
    words[0] = words[1] = 0;
    if (n)
        memcpy(words, at, n);
    return mix(words[0] ^ seed[1], words[1] ^ hash);
}

void hash_release(struct hash_index *h)
{
    free(h->slots);
    *h = (struct hash_index){0};
}

// The stored tag both settles comparisons and, mixed once more, gives the place: growing needs no
// look at the keys.
static uint64_t place_of(uint32_t tag)
{
    return mix(tag ^ seed[1], seed[0] | 1);
}

static void place(struct hash_index *h, struct hash_slot slot)
{
    size_t mask = h->cap - 1, i = place_of(slot.tag) & mask;
    while (h->slots[i].entry != HASH_NONE)
        i = (i + 1) & mask;
    h->slots[i] = slot;
}

static void grow(struct hash_index *h, size_t cap)
{
    struct hash_index old = *h;
    h->cap = cap;
    h->slots = xmalloc(xmul(h->cap, sizeof *h->slots));
    memset(h->slots, 0xff, h->cap * sizeof *h->slots);
    for (size_t i = 0; i < old.cap; i++)
        if (old.slots[i].entry != HASH_NONE)
            place(h, old.slots[i]);
    hash_release(&old);
}

void hash_reserve(struct hash_index *h, size_t more)
{
    size_t cap = h->cap ? h->cap : 64;
    while ((h->n + more) * 5 >= cap * 4)
        cap *= 2;
    if (cap != h->cap)
        grow(h, cap);
}

uint32_t hash_find(const struct hash_index *h, uint64_t hash, hash_eq_fn eq, const void *context,
                   const void *key)
{
    if (!h->cap)
        return HASH_NONE;
    uint32_t tag = hash_tag(hash);
    size_t mask = h->cap - 1;
    for (size_t i = place_of(tag) & mask; h->slots[i].entry != HASH_NONE; i = (i + 1) & mask)
        if (h->slots[i].tag == tag && eq(context, h->slots[i].entry, key))
            return h->slots[i].entry;
    return HASH_NONE;
}

void hash_prefetch(const struct hash_index *h, uint64_t hash)
{
    if (h->cap)
        __builtin_prefetch(&h->slots[place_of(hash_tag(hash)) & (h->cap - 1)]);
}

void hash_guess(const struct hash_index *h, const uint64_t *hashes, uint32_t n, uint32_t *guesses)
{
    const struct hash_slot *slots = h->slots;
    size_t mask = h->cap - 1, places[HASH_AT_ONCE];
    if (h->cap == 0) {
        memset(guesses, 0xff, n * sizeof *guesses);
        return;
    }
    for (uint32_t i = 0; i < n; i++) {
        places[i] = place_of(hash_tag(hashes[i])) & mask;
        __builtin_prefetch(&slots[places[i]]);
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t tag = hash_tag(hashes[i]);
        size_t at = places[i];
        while (slots[at].entry != HASH_NONE && slots[at].tag != tag)
            at = (at + 1) & mask;
        guesses[i] = slots[at].entry;
    }
}

void hash_add(struct hash_index *h, uint64_t hash, uint32_t entry)
{
    hash_reserve(h, 1);
    place(h, (struct hash_slot){entry, hash_tag(hash)});
    h->n++;
}
