// SPDX-License-Identifier: Apache-2.0
#include "base/strtab.h"

void strtab_init(struct strtab *t, struct arena *arena, const struct strtab *parent)
{
    *t = (struct strtab){.parent = parent, .arena = arena};
    if (parent)
        t->first = strtab_count(parent);
    else
        strtab_add_borrowed(t, SPAN(""));
}

void strtab_release(struct strtab *t)
{
    hash_release(&t->index);
}

static bool same_string(const void *context, uint32_t entry, const void *key)
{
    const struct strtab *t = context;
    return span_eq(t->own.at[entry], *(const struct span *)key);
}

static str_id find_hashed(const struct strtab *t, struct span text, uint64_t hash)
{
    for (; t; t = t->parent) {
        uint32_t found = hash_find(&t->index, hash, same_string, t, &text);
        if (found != HASH_NONE)
            return t->first + found;
    }
    return HASH_NONE;
}

str_id strtab_find(const struct strtab *t, struct span text)
{
    return find_hashed(t, text, hash_bytes(text.at, text.n));
}

static str_id push(struct strtab *t, struct span text, uint64_t hash)
{
    hash_add(&t->index, hash, (uint32_t)t->own.n);
    *vec_push(t->arena, &t->own) = text;
    *vec_push(t->arena, &t->tags) = hash_tag(hash);
    return strtab_count(t) - 1;
}

static str_id add_hashed(struct strtab *t, struct span text, uint64_t hash, bool copy)
{
    str_id id = find_hashed(t, text, hash);
    if (id != HASH_NONE)
        return id;
    return push(t, copy ? arena_span(t->arena, text) : text, hash);
}

static str_id add(struct strtab *t, struct span text, bool copy)
{
    return add_hashed(t, text, hash_bytes(text.at, text.n), copy);
}

str_id strtab_add(struct strtab *t, struct span text)
{
    return add(t, text, true);
}

str_id strtab_add_borrowed(struct strtab *t, struct span text)
{
    return add(t, text, false);
}

static void add_some(struct strtab *t, const struct span *texts, size_t n, str_id *ids)
{
    uint64_t hashes[HASH_AT_ONCE];
    for (size_t i = 0; i < n; i++) {
        hashes[i] = hash_bytes(texts[i].at, texts[i].n);
        hash_prefetch(&t->index, hashes[i]);
        t->print = hash_u64(t->print ^ hashes[i]);
    }
    for (size_t i = 0; i < n; i++)
        ids[i] = add_hashed(t, texts[i], hashes[i], false);
}

void strtab_add_all(struct strtab *t, const struct span *texts, size_t n, str_id *ids)
{
    bool first = !t->parent && t->own.n == 1;
    hash_reserve(&t->index, n);
    vec_room(t->arena, &t->own, n);
    vec_room(t->arena, &t->tags, n);
    for (size_t i = 0; i < n; i += HASH_AT_ONCE)
        add_some(t, texts + i, n - i < HASH_AT_ONCE ? n - i : HASH_AT_ONCE, ids + i);
    t->n_printed = first ? strtab_count(t) : 0;
}

str_id strtab_add_new(struct strtab *t, const struct strtab *other, str_id id)
{
    return push(t, arena_span(t->arena, other->own.at[id]), strtab_hash(other, id));
}

static void find_some(const struct strtab *t, const struct strtab *other, str_id first, uint32_t n,
                      str_id *ids)
{
    const struct span *texts = other->own.at + first;
    uint64_t hashes[HASH_AT_ONCE];
    for (uint32_t i = 0; i < n; i++)
        hashes[i] = strtab_hash(other, first + i);
    hash_guess(&t->index, hashes, n, ids);
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] != HASH_NONE)
            __builtin_prefetch(&t->own.at[ids[i]]);
    for (uint32_t i = 0; i < n; i++)
        if (ids[i] != HASH_NONE)
            __builtin_prefetch(t->own.at[ids[i]].at);
    for (uint32_t i = 0; i < n; i++)
        ids[i] = hash_find_guessed(&t->index, hashes[i], ids[i], same_string, t, &texts[i]);
}

void strtab_find_all(const struct strtab *t, const struct strtab *other, str_id first, str_id *ids)
{
    for (uint32_t i = first, n = strtab_count(other); i < n; i += HASH_AT_ONCE)
        find_some(t, other, i, n - i < HASH_AT_ONCE ? n - i : HASH_AT_ONCE, ids + i);
}
