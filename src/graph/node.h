// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_NODE_H
#define CPROF_GRAPH_NODE_H

#include "base/job.h"
#include "profile/profile.h"

// What of a line of the profile makes a node: two lines that agree in all of it are one node.
struct node_info {
    uint64_t address;
    int64_t start_line, line, column;
    str_id name, file, objfile;
};

// How far lines are told apart.
struct detail {
    bool function, filename, line, column, address;
    bool no_inlines;  // an inlined call counts as its caller
    bool obj_names;   // always tell binaries apart, not only where there is no function name
    bool clean_paths; // cut prefixes off file names: see path_trim
    struct span trim_path, source_path;
};

enum { NODES_AT_ONCE = 4 };

// All nodes of a profile and, for every location, its own: one per line, the innermost first; a
// location without lines has one. Node n is infos.at[n].
struct node_table {
    struct arena *arena;
    const struct job *job; // that it is made for
    struct strtab strings; // on top of the profile's
    VEC(struct node_info) infos;
    bool apart;              // each location has nodes, all of its own, and place i has node i
    bool cut;                // some outermost frames were inlined: see node_is_inlined
    uint32_t *first;         // of each location, in nodes; one more entry at the end
    uint32_t *nodes;         // as many as NODES_AT_ONCE may be read after them
    const struct memo *memo; // what else was worked out of these nodes: see recall.h; or NULL
    struct span *names;      // printable names that were asked for; at is NULL: not yet
};

// Columns come from the arena; *t is to be released.
void node_table_init(struct node_table *t, const struct profile *p, const struct detail *d,
                     const struct job *job, struct arena *arena);
void node_table_release(struct node_table *t);

// "address function file:line:column", of which only what there is.
struct span node_name(struct node_table *t, uint32_t node);

static inline struct span node_str(const struct node_table *t, str_id id)
{
    return strtab_get(&t->strings, id);
}

// Whether the place in `nodes` of a location was inlined into its caller, which filters may have
// left out since.
static inline bool node_is_inlined(const struct node_table *t, const struct profile *p,
                                   uint32_t location, uint32_t at)
{
    return at + 1 < t->first[location + 1] || (t->cut && p->locations[location].cut);
}

// The innermost node of a stack, or NO_INDEX.
static inline uint32_t node_leaf(const struct node_table *t, const uint32_t *frames, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        if (t->first[frames[i]] != t->first[frames[i] + 1])
            return t->nodes[t->first[frames[i]]];
    return NO_INDEX;
}

// Orders by printable name, and nodes with equal names by what the names leave out; below, at or
// above 0.
int node_cmp_names(struct node_table *t, uint32_t a, uint32_t b);
int node_cmp_rest(const struct node_table *t, uint32_t a, uint32_t b);

#endif
