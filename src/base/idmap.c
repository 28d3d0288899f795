// SPDX-License-Identifier: Apache-2.0
#include "base/idmap.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void idmap_init(struct idmap *m, uint64_t dense_size)
{
    *m = (struct idmap){.dense_wanted = dense_size};
}

static void make_dense(struct idmap *m)
{
    size_t size = xmul(m->dense_wanted, sizeof *m->dense);
    m->dense = xmalloc(size);
    memset(m->dense, 0xff, size);
    m->dense_size = m->dense_wanted;
}

void idmap_release(struct idmap *m)
{
    free(m->dense);
    free(m->keys);
    free(m->values);
    hash_release(&m->index);
    *m = (struct idmap){0};
}

static bool same_key(const void *context, uint32_t entry, const void *key)
{
    const struct idmap *m = context;
    return m->keys[entry] == *(const uint64_t *)key;
}

uint32_t idmap_get_sparse(const struct idmap *m, uint64_t key)
{
    uint32_t entry = hash_find(&m->index, hash_u64(key), same_key, m, &key);
    return entry == HASH_NONE ? IDMAP_NONE : m->values[entry];
}

void idmap_add(struct idmap *m, uint64_t key, uint32_t value)
{
    if (key == m->plain + 1 && value == m->plain && m->plain < IDMAP_NONE) {
        m->plain++;
        return;
    }
    if (!m->dense)
        make_dense(m);
    if (key < m->dense_size) {
        m->dense[key] = value;
        return;
    }
    if (m->n == m->cap) {
        m->cap = m->cap ? m->cap * 2 : 16;
        m->keys = xrealloc(m->keys, xmul(m->cap, sizeof *m->keys));
        m->values = xrealloc(m->values, xmul(m->cap, sizeof *m->values));
    }
    m->keys[m->n] = key;
    m->values[m->n] = value;
    hash_add(&m->index, hash_u64(key), (uint32_t)m->n++);
}
