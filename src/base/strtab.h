// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_STRTAB_H
#define CPROF_BASE_STRTAB_H

#include "base/hash.h"
#include "base/span.h"
#include "base/vec.h"

// Strings kept once each, so that equal strings have equal ids. Id 0 is always "".
// A table may stand on another, which it reads and never changes: ids go on from the parent's.
typedef uint32_t str_id;

struct strtab {
    const struct strtab *parent;
    str_id first; // the parent's count
    VEC(struct span) own;
    VEC(uint32_t) tags; // of their hashes
    struct hash_index index;
    // Of the first strings, where strtab_add_all came first: how many, and a hash of all, by which
    // they are the same in the same order as another table's.
    str_id n_printed;
    uint64_t print;
    struct arena *arena; // where the copies go
};

void strtab_init(struct strtab *t, struct arena *arena, const struct strtab *parent);

// Frees the index; the strings go with the arena.
void strtab_release(struct strtab *t);

// The id of a copy of text, of text itself (which then has to outlive the table), or HASH_NONE.
str_id strtab_add(struct strtab *t, struct span text);
str_id strtab_add_borrowed(struct strtab *t, struct span text);
str_id strtab_find(const struct strtab *t, struct span text);

// As strtab_add_borrowed for many, which is faster than one by one.
void strtab_add_all(struct strtab *t, const struct span *texts, size_t n, str_id *ids);

// What strtab_find says of all strings of another table from one on, by their ids there, which is
// faster than one by one; and a copy of one that is not there yet. Neither table stands on another.
void strtab_find_all(const struct strtab *t, const struct strtab *other, str_id first, str_id *ids);
str_id strtab_add_new(struct strtab *t, const struct strtab *other, str_id id);

// The hash of a string of a table that stands on no other: the same for the same text.
static inline uint64_t strtab_hash(const struct strtab *t, str_id id)
{
    return hash_of_tag(t->tags.at[id]);
}

static inline str_id strtab_count(const struct strtab *t)
{
    return t->first + (str_id)t->own.n;
}

static inline struct span strtab_get(const struct strtab *t, str_id id)
{
    while (id < t->first)
        t = t->parent;
    return t->own.at[id - t->first];
}

#endif
