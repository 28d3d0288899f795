// SPDX-License-Identifier: Apache-2.0
#include "format/samenames.h"

#include "base/idmap.h"

// What makes a function; cleared whole, since it is compared by its bytes.
struct key {
    int64_t start_line;
    str_id name, file, objfile;
    uint32_t caller; // in a call tree, or NO_INDEX
};

struct member {
    struct key key;
    uint32_t family; // the first function of its name and file
    uint32_t size;   // of a family: how many of it are shown
    uint32_t number; // in its family, from 1; 0: not shown yet
    str_id name;     // that tells it apart
};

struct finder {
    struct arena *arena;
    VEC(struct member) functions;
    uint32_t *first;         // by name: the first function that has it, as most have one only
    struct hash_index later; // finds the others
    struct idmap families;   // from a file and a name, where the file is not that of the first
};

static bool same_function(const void *context, uint32_t entry, const void *key)
{
    const struct finder *f = context;
    return memcmp(&f->functions.at[entry].key, key, sizeof(struct key)) == 0;
}

static uint32_t family_of(struct finder *f, const struct key *key, uint32_t function)
{
    uint32_t first = f->first[key->name];
    uint64_t names = (uint64_t)key->file << 32 | key->name;
    if (f->functions.at[first].key.file == key->file)
        return first;
    uint32_t family = idmap_get(&f->families, names);
    if (family == IDMAP_NONE)
        idmap_add(&f->families, names, family = function);
    return family;
}

static uint32_t add_function(struct finder *f, const struct key *key)
{
    uint32_t function = (uint32_t)f->functions.n;
    *vec_push(f->arena, &f->functions) = (struct member){.key = *key};
    if (f->first[key->name] == NO_INDEX)
        f->first[key->name] = function;
    else
        hash_add(&f->later, hash_bytes(key, sizeof *key), function);
    f->functions.at[function].family = family_of(f, key, function);
    return function;
}

static uint32_t find_function(struct finder *f, const struct key *key)
{
    uint32_t first = f->first[key->name], found = HASH_NONE;
    if (first != NO_INDEX && same_function(f, first, key))
        return first;
    if (first != NO_INDEX)
        found = hash_find(&f->later, hash_bytes(key, sizeof *key), same_function, f, key);
    return found == HASH_NONE ? add_function(f, key) : found;
}

// The function of each node, in the nodes' order: so neighbours in memory are looked at together.
static uint32_t *find_functions(struct finder *f, const struct graph_report *g)
{
    uint32_t *functions = arena_alloc(f->arena, g->graph.n_nodes * sizeof *functions);
    struct key key;
    memset(&key, 0, sizeof key);
    for (uint32_t i = 0; i < g->graph.n_nodes; i++) {
        const struct node_info *info = &g->table.infos.at[g->graph.nodes[i].info];
        key.start_line = info->start_line;
        key.name = info->name;
        key.file = info->file;
        key.objfile = info->objfile;
        key.caller = g->graph.nodes[i].parent;
        functions[i] = find_function(f, &key);
    }
    return functions;
}

static str_id told_apart(const struct finder *f, const struct member *function,
                         struct strtab *strings)
{
    uint32_t size = f->functions.at[function->family].size;
    if (function->number == 0 || size <= 1)
        return function->key.name;
    char *text =
        arena_printf(f->arena, SPAN_FMT " [%u/%u]",
                     SPAN_ARG(strtab_get(strings, function->key.name)), function->number, size);
    return strtab_add(strings, span_of(text));
}

// Numbers the functions that are shown and names them; leaves NO_INDEX of nodes that are not.
static void number_functions(struct finder *f, const struct graph *g, uint32_t *functions,
                             struct strtab *strings)
{
    uint8_t *shown = arena_zalloc(f->arena, g->n_nodes, sizeof *shown);
    for (uint32_t i = 0; i < g->n_shown; i++) {
        struct member *function = &f->functions.at[functions[g->shown[i]]];
        shown[g->shown[i]] = true;
        if (function->number == 0)
            function->number = ++f->functions.at[function->family].size;
    }
    for (uint32_t i = 0; i < g->n_nodes; i++)
        if (!shown[i])
            functions[i] = NO_INDEX;
    for (size_t i = 0; i < f->functions.n; i++)
        f->functions.at[i].name = told_apart(f, &f->functions.at[i], strings);
}

str_id *samenames_told_apart(const struct graph_report *g, struct strtab *strings,
                             struct arena *arena)
{
    struct finder f = {.arena = arena};
    size_t size = strtab_count(strings) * sizeof *f.first;
    f.first = memset(arena_alloc(arena, size), 0xff, size);
    idmap_init(&f.families, 0);
    uint32_t *names = find_functions(&f, g);
    number_functions(&f, &g->graph, names, strings);
    for (uint32_t i = 0; i < g->graph.n_nodes; i++)
        names[i] = names[i] == NO_INDEX ? 0 : f.functions.at[names[i]].name;
    hash_release(&f.later);
    idmap_release(&f.families);
    return names;
}
