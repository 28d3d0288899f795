// SPDX-License-Identifier: Apache-2.0
#include "graph/recall.h"

#include <stdlib.h>

#include "base/xalloc.h"

// A node table as it was right after it was made, in memory of its own.
struct kept_table {
    struct arena arena;
    struct node_info *infos;
    struct span *strings; // that the table added to the profile's
    uint32_t *first, *nodes;
    size_t n_infos, n_strings, n_first, n_nodes;
    bool apart;
};

static void free_table(void *object)
{
    struct kept_table *kept = object;
    arena_release(&kept->arena);
    free(kept);
}

static size_t table_size(const struct kept_table *k)
{
    size_t size =
        sizeof *k + k->n_infos * sizeof *k->infos + (k->n_first + k->n_nodes) * sizeof *k->nodes;
    for (size_t i = 0; i < k->n_strings; i++)
        size += sizeof *k->strings + k->strings[i].n;
    return size;
}

static void keep_table(const struct node_table *t, const struct profile *p, struct span key)
{
    struct kept_table *k = xcalloc(1, sizeof *k);
    struct arena *a = &k->arena;
    k->n_infos = t->infos.n;
    k->apart = t->apart;
    k->n_strings = t->strings.own.n;
    k->n_first = (size_t)p->n_locations + 1;
    k->n_nodes = t->first[p->n_locations] + NODES_AT_ONCE;
    k->infos = arena_copy(a, t->infos.at, k->n_infos, sizeof *k->infos);
    k->first = arena_copy(a, t->first, k->n_first, sizeof *k->first);
    k->nodes = arena_copy(a, t->nodes, k->n_nodes, sizeof *k->nodes);
    k->strings = arena_alloc(a, k->n_strings * sizeof *k->strings);
    for (size_t i = 0; i < k->n_strings; i++)
        k->strings[i] = arena_span(a, t->strings.own.at[i]);
    cache_put(t->memo->cache, key, k, table_size(k), free_table);
}

static void copy_table(struct node_table *t, const struct kept_table *k, const struct profile *p)
{
    struct arena *a = t->arena;
    strtab_init(&t->strings, a, p->strings);
    for (size_t i = 0; i < k->n_strings; i++)
        strtab_add(&t->strings, k->strings[i]);
    t->infos.at = arena_copy(a, k->infos, k->n_infos, sizeof *k->infos);
    t->infos.n = t->infos.cap = k->n_infos;
    t->apart = k->apart;
    t->first = arena_copy(a, k->first, k->n_first, sizeof *k->first);
    t->nodes = arena_copy(a, k->nodes, k->n_nodes, sizeof *k->nodes);
}

static void add_detail(const struct detail *d, struct buf *key)
{
    const bool flags[] = {d->function, d->filename,   d->line,      d->column,
                          d->address,  d->no_inlines, d->obj_names, d->clean_paths};
    for (size_t i = 0; i < sizeof flags / sizeof *flags; i++)
        buf_addc(key, flags[i] ? '1' : '0');
    buf_add(key, d->trim_path);
    buf_addc(key, '\0');
    buf_add(key, d->source_path);
    buf_addc(key, '\0');
}

void recall_node_table(struct node_table *t, const struct profile *p, const struct detail *d,
                       const struct job *job, const struct memo *memo, struct arena *arena)
{
    struct buf key = {0};
    if (!memo || !memo->cache) {
        node_table_init(t, p, d, job, arena);
        return;
    }
    memo_key(memo, "nodes", &key);
    add_detail(d, &key);
    struct memo *own = arena_alloc(arena, sizeof *own);
    *own = (struct memo){memo->cache, arena_span(arena, buf_span(&key))};
    const struct kept_table *kept = cache_hold(memo->cache, own->subject);
    if (kept) {
        *t = (struct node_table){
            .arena = arena, .job = job, .memo = own, .cut = p->cut_lines && !d->no_inlines};
        copy_table(t, kept, p);
        cache_drop(memo->cache, kept);
    } else {
        node_table_init(t, p, d, job, arena);
        t->memo = own;
        if (!job_stopped(job))
            keep_table(t, p, own->subject);
    }
    buf_release(&key);
}

// The sums are those of a sample type.
static void sums_key(const struct graph *g, struct buf *key)
{
    memo_key(g->table->memo, "sums", key);
    buf_printf(key, "%u %d", g->options.value_index, g->options.mean);
}

bool recall_sums(struct graph *g)
{
    const struct memo *memo = g->table->memo;
    struct buf key = {0};
    if (!memo)
        return false;
    sums_key(g, &key);
    const struct node *kept = cache_hold(memo->cache, buf_span(&key));
    if (kept) {
        g->nodes = arena_copy(g->arena, kept, g->n_nodes, sizeof *kept);
        cache_drop(memo->cache, kept);
    }
    buf_release(&key);
    return kept != NULL;
}

void keep_sums(const struct graph *g)
{
    const struct memo *memo = g->table->memo;
    struct buf key = {0};
    if (!memo || job_stopped(g->table->job))
        return;
    sums_key(g, &key);
    size_t size = g->n_nodes * sizeof *g->nodes;
    struct node *kept = xmalloc(size ? size : 1);
    if (size)
        memcpy(kept, g->nodes, size);
    cache_put(memo->cache, buf_span(&key), kept, size, free);
    buf_release(&key);
}
