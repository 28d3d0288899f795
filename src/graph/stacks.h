// SPDX-License-Identifier: Apache-2.0
#ifndef CPROF_GRAPH_STACKS_H
#define CPROF_GRAPH_STACKS_H

#include "graph/node.h"

// The samples' stacks as a tree: those that begin alike share the nodes of their beginning. Flame
// graphs, call trees and folded stacks are read off it.
//
// Nodes stand in preorder: a node, then all below it, children in the order in which the samples
// have them. So parents come before children, and a sum over subtrees is one sweep from the end.
// The tree of a million samples takes about 8 bytes for each of some ten million nodes.

struct stack_node {
    uint32_t node : 31;   // of the node table
    uint32_t inlined : 1; // into its caller, in every stack
    uint32_t parent;      // before it, or NO_INDEX
};

// A sample's last node may have had more below it: see stack_options.
#define STACK_CUT 0x80000000u

struct stacks {
    struct stack_node *nodes;
    uint32_t n;
    uint32_t *leaf;    // by sample: its last node, with STACK_CUT where it was cut there; NO_INDEX
                       // where it has none or does not count
    uint32_t *samples; // those that count, by path: equal stacks are neighbours
    uint32_t n_samples;
    uint32_t *next; // after stacks_link: the first node after all that is below a node
};

// Where a walk along a sample's stack is: at one of its location's nodes.
struct stack_place {
    uint32_t sample;
    uint32_t frame, left; // in the profile's frames, and how many are still to come
    uint32_t at;          // in the table's nodes; NO_INDEX: at the end
};

struct stack_options {
    bool up;             // from the leaf to the root
    const bool *counted; // by sample: whether it counts; NULL: all do
    const struct stack_place
        *at; // or where samples begin, those that count; NULL: at their stacks'
    uint32_t n_at;
    const uint32_t *as;     // by node: the one that it is taken for; NULL: itself
    const int64_t *weights; // by sample, not negative; NULL: nothing is left out as too light
    int64_t least;          // nodes that weigh less are left out with all below them
    uint32_t depth;         // so many levels at most; 0: all
    uint32_t most;          // about so many nodes at most, beyond which stacks are cut; 0: any
};

// The beginning of a sample's stack and the next place on it.
struct stack_place stack_begin(const struct profile *p, const struct node_table *t, uint32_t sample,
                               bool up);
void stack_step(const struct profile *p, const struct node_table *t, struct stack_place *place,
                bool up);

// All that is in *s is the arena's.
void stacks_build(struct stacks *s, const struct profile *p, const struct node_table *t,
                  const struct stack_options *options, struct arena *arena);

// Finds out where subtrees end.
void stacks_link(struct stacks *s, struct arena *arena);

static inline uint32_t stack_first_child(const struct stacks *s, uint32_t n)
{
    return n + 1 < s->n && s->nodes[n + 1].parent == n ? n + 1 : NO_INDEX;
}

// The next child of the same parent, or NO_INDEX; after stacks_link.
static inline uint32_t stack_next(const struct stacks *s, uint32_t n)
{
    uint32_t next = s->next[n];
    return next < s->n && s->nodes[next].parent == s->nodes[n].parent ? next : NO_INDEX;
}

#endif
