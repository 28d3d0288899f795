// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_BASE_IDMAP_H
#define CPROF_BASE_IDMAP_H

#include <stdint.h>

#include "base/hash.h"

#define IDMAP_NONE UINT32_MAX

// From 64-bit keys to 32-bit values. Keys that are added first as 1 for 0, 2 for 1 and so on, as
// they are in most files, take no memory, and those below dense_size cost one array access.
struct idmap {
    uint64_t plain;  // how many were added so
    uint32_t *dense; // IDMAP_NONE: not there
    uint64_t dense_size;
    uint64_t dense_wanted; // which is dense_size from the first key on that is not plain
    uint64_t *keys;        // of the entries in index
    uint32_t *values;
    size_t n, cap;
    struct hash_index index;
};

void idmap_init(struct idmap *m, uint64_t dense_size);
void idmap_release(struct idmap *m);
uint32_t idmap_get_sparse(const struct idmap *m, uint64_t key);

// Sets the value of a key that is not there yet.
void idmap_add(struct idmap *m, uint64_t key, uint32_t value);

static inline uint32_t idmap_get(const struct idmap *m, uint64_t key)
{
    if (key - 1 < m->plain)
        return (uint32_t)(key - 1);
    if (key < m->dense_size)
        return m->dense[key];
    return m->n ? idmap_get_sparse(m, key) : IDMAP_NONE;
}

#endif
